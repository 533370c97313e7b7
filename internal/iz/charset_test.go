package iz

import (
	"testing"

	"openiis/internal/hl7"
	"openiis/internal/iis"
	"openiis/internal/is"
)

// in8859 is a text whose characters are bytes of 8859/1.
func in8859(s string) string {
	out := make([]byte, 0, len(s))
	for _, r := range s {
		out = append(out, byte(r))
	}
	return string(out)
}

func TestTheCharacterSetThatIsNamedIsHonoured(t *testing.T) {
	const zoe = "Zoë"
	for name, c := range map[string]struct {
		set, sent, given string
		want             []string
	}{
		"plain, nothing named":         {"", "Zoe", "Zoe", []string{}},
		"plain, any set":               {"BIG-5", "Zoe", "Zoe", []string{"I 103/5 MSH^1^18"}},
		"UTF-8, nothing named":         {"", zoe, zoe, []string{}},
		"UTF-8":                        {"UNICODE UTF-8", zoe, zoe, []string{}},
		"UTF-8 called ASCII":           {"ASCII", zoe, zoe, []string{}},
		"8859/1":                       {"8859/1", in8859(zoe), zoe, []string{}},
		"8859/1 as a first repetition": {"8859/1~8859/2", in8859(zoe), zoe, []string{}},
		"8859/1 by an escape":          {"8859/1", `Zo\XC3AB\`, "ZoÃ«", []string{}},
		"UTF-8 by an escape":           {"", `Zo\XC3AB\`, zoe, []string{}},
		"8859/1 that is UTF-8":         {"8859/1", zoe, zoe, []string{"W 102/4 MSH^1^18"}},
		"8859/1, nothing named":        {"", in8859(zoe), zoe, []string{"W 102/4 MSH^1^18"}},
		"8859/1 called UTF-8":          {"UNICODE UTF-8", in8859(zoe), zoe, []string{"W 102/4 MSH^1^18"}},
		"a set that is not read":       {"8859/2", in8859(zoe), zoe, []string{"W 103/5 MSH^1^18"}},
	} {
		t.Run(name, func(t *testing.T) {
			msh := setField(mshVXU, 17, c.set)
			v := ReadVXU(parsed(t, msh, setField(pidAda, 5, "Lovelace^"+c.sent+"^^^^^L"), orcOne, rxaMMR), realCodes(t))
			is.Equal(t, "findings", inShort(v.Findings), c.want)
			is.Equal(t, "given name", v.Person.Names[0].Given, c.given)
		})
	}
}

func TestAnAnswerSaysThatItIsMoreThanASCII(t *testing.T) {
	set := func(answer []byte) string {
		m, err := hl7.Parse(answer)
		is.NoError(t, "parse", err)
		return m.MSH().Field(18).String()
	}
	p := child()
	is.Equal(t, "plain", set(history(p)), "")
	p.Names[0].Given = "Zoë"
	for name, answer := range map[string][]byte{
		"a history": history(p), "candidates": registry().Candidates(query(), []iis.Person{p}, realCodes(t)),
	} {
		is.Equal(t, name, set(answer), "UNICODE UTF-8")
		is.Equal(t, name+": departures", departures(t, answer), nil)
	}
	q := ReadQuery(parsed(t, setField(mshQBP, 17, "8859/1"), "QPD|Z34^Request^CDCPHINVS|1|A1^^^CLINIC^MR|Lovelace^"+in8859("Zoë")), realCodes(t))
	is.Equal(t, "the query that is echoed", string(q.QPD), "QPD|Z34^Request^CDCPHINVS|1|A1^^^CLINIC^MR|Lovelace^Zoë")
	is.Equal(t, "the answer to it", set(registry().None(q, StatusNone, nil)), "UNICODE UTF-8")
}

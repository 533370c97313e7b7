package iz

import (
	"strings"

	"openiis/internal/codeset"
	"openiis/internal/iis"
)

// ce are the components of a coded value that we send (CE, HL7 v2.5.1, 2.A.8):
// code, text and code system, twice. The zero ce is not sent.
type ce [6]string

// ce writes a coded value as field n.
func (w *writer) ce(n int, c ce) { w.b.Field(n, c[:]...) }

// guide is the code when the guide's value set of a table has it, else "".
func (w *writer) guide(table, code string) string {
	if w.find(table, code) == nil {
		return ""
	}
	return code
}

// find is the entry of a code that the guide's value set of a table has, or nil.
func (w *writer) find(table, code string) *codeset.Entry {
	if code == "" { // often
		return nil
	}
	if e := w.t.Find(table, code); e != nil && e.Guide {
		return e
	}
	return nil
}

// coded is whichever triplet has a code of the guide's value set, in our
// spelling of the code system; zero when none has.
func (w *writer) coded(c *iis.Coded, table, system string) ce {
	e := w.find(table, c.Code)
	if e == nil {
		e = w.find(table, c.AltCode)
	}
	if e == nil {
		return ce{}
	}
	return entry(e, c, system)
}

// entry is a code of ours with the text that the source gave with it.
func entry(e *codeset.Entry, c *iis.Coded, system string) ce {
	return ce{e.Code, textOf(c, e.Code, e.Meaning), system}
}

// textOf is the text that the source gave with a code, else our own.
func textOf(c *iis.Coded, code, own string) string {
	switch {
	case c.Code == code && c.Text != "":
		return c.Text
	case c.AltCode == code && c.AltText != "":
		return c.AltText
	}
	return own
}

// triplets are code, text and system, twice.
func triplets(c *iis.Coded) [2][3]string {
	return [2][3]string{{c.Code, c.Text, c.System}, {c.AltCode, c.AltText, c.AltSystem}}
}

// sent is a coded value as its source gave it: each triplet that has a code and
// a known code system. implied is the system of a code that was sent without a
// known one.
func sent(c *iis.Coded, implied string) ce {
	first, second := system(c.System), system(c.AltSystem)
	if first == "" {
		first = implied
	}
	switch {
	case c.Code == "" || first == "":
		if second == "" {
			second = implied
		}
		if c.AltCode == "" || second == "" {
			return ce{}
		}
		return ce{c.AltCode, c.AltText, second}
	case c.AltCode == "" || second == "":
		return ce{c.Code, c.Text, first}
	}
	return ce{c.Code, c.Text, first, c.AltCode, c.AltText, second}
}

// asSent is sent for a value that must not get lost: when no system of it is
// known, everything goes out as it came.
func asSent(c *iis.Coded, implied string) ce {
	if c.IsZero() {
		return ce{}
	}
	if known := sent(c, implied); known != (ce{}) {
		return known
	}
	return ce{c.Code, c.Text, c.System, c.AltCode, c.AltText, c.AltSystem}
}

// codedOrSent is coded, or as it came when the guide's value set has no code of it.
func (w *writer) codedOrSent(c *iis.Coded, table, system string) ce {
	if known := w.coded(c, table, system); known != (ce{}) {
		return known
	}
	return asSent(c, "")
}

// system is the name of a code system in table 0396, brought to its present
// spelling, or "" when the table has none.
func system(name string) string {
	if name == "" {
		return ""
	}
	if codeSystems[name] {
		return name
	}
	if now, old := oldSystems[strings.ToUpper(name)]; old {
		return now
	}
	if isTableOrLocal(name) {
		return name
	}
	return ""
}

// isTableOrLocal reports a name that table 0396 describes rather than lists:
// HL7's own tables (HL7nnnn) and local systems (99 and letters or digits).
func isTableOrLocal(name string) bool {
	if number, ok := strings.CutPrefix(name, "HL7"); ok {
		return len(number) == 4 && allDigits(number)
	}
	local, ok := strings.CutPrefix(name, "99")
	for i := range len(local) {
		ok = ok && (isDigit(local[i]) || isLetter(local[i]))
	}
	return ok && local != ""
}

// codeSystems are the names of table 0396 that concern us.
var codeSystems = func() map[string]bool {
	of := map[string]bool{}
	for name := range strings.FieldsSeq(`C4 CDCA CDCM CDCOBS CDCPHINVS CDCREC CVX FDAUNII HCPCS I10 I10C I9 I9C I9CDX
		ISO3166_1 ISO3166_2 ISO639 L LN MVX NCIT NDC NIP001 NIP002 NIP004 NIP007 NIP008 NIP009 NIP010
		NPI NULLFL PHDSCSOPT PHINQUESTION RXNORM SCT SCT2 SNM SNM3 UCUM USPS VIS cdcgs1vis`) {
		of[name] = true
	}
	return of
}()

// oldSystems are spellings that senders use for a system of table 0396.
var oldSystems = map[string]string{
	"CPT":       "C4",
	"LOINC":     "LN",
	"SCTID":     "SCT",
	"SNOMED":    "SCT",
	"SNOMED-CT": "SCT",
	"SNOMEDCT":  "SCT",
	"ISO6391":   "ISO639",
	"ISO6392":   "ISO639",
	"ISO639-1":  "ISO639",
	"ISO639-2":  "ISO639",
	"ISO 639-2": "ISO639",
	"HL70639":   "ISO639",
	"CDCGS1VIS": "cdcgs1vis",
}

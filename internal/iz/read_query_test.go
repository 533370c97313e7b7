package iz

import (
	"testing"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/is"
)

func TestAQueryIsReadWithAllThatWasSent(t *testing.T) {
	const qpd = `QPD|Z44^Request Evaluated History and Forecast^CDCPHINVS |tag-1|A1^^^CLINIC^MR|Lovelace^Ada^^^^^L|Milbanke^Anne^^^^^M|202002291115|F|1 Main St^^Boston^MA^02101^USA^L|^PRN^PH^^^617^5550147|Y|2`
	q := ReadQuery(parsed(t, mshQBP, qpd, `RCP|I|5^RD&Records&HL70126`), realCodes(t))
	is.Equal(t, "findings", inShort(q.Findings), []string{})
	is.Equal(t, "refused", q.Refused, false)
	is.Equal(t, "profile", q.Profile, ProfileAskEval)
	is.Equal(t, "tag", q.Tag, "tag-1")
	is.Equal(t, "limit", q.Limit, 5)
	is.Equal(t, "control id", q.Header.ControlID, "4712")
	is.Equal(t, "echo", string(q.QPD), qpd)
	is.Equal(t, "person", q.Person, iis.Person{
		IDs: []iis.Identifier{{Value: "A1", Type: "MR", Authority: "CLINIC"}}, Names: []iis.Name{{Family: "Lovelace", Given: "Ada", Type: "L"}},
		MotherMaiden: iis.Name{Family: "Milbanke", Given: "Anne", Type: "M"}, Birth: cal.Of(2020, 2, 29), Sex: "F",
		Addresses:     []iis.Address{{Street: "1 Main St", City: "Boston", State: "MA", Zip: "02101", Country: "USA", Type: "L"}},
		Telecoms:      []iis.Telecom{{Use: "PRN", Equipment: "PH", Area: "617", Local: "5550147"}},
		MultipleBirth: "Y", BirthOrder: 2,
	})
}

func TestAQueryIsRefusedOnlyWhenItCannotBeAnswered(t *testing.T) {
	for _, c := range []struct {
		name, qpd string
		refused   bool
		want      []string
	}{
		{"an identifier alone", "QPD|Z34|tag|A1^^^C^MR", false, []string{}},
		{"a name and birth date", "QPD|Z34|tag||Lovelace^Ada||20200229", false, []string{}},
		{"the profile of the header", "QPD||tag|A1^^^C^MR", false, []string{}},
		{"lower case", "QPD| z34 ^history|tag|A1^^^C^MR", false, []string{}},
		{"an odd indicator", "QPD|Z34|tag|A1^^^C^MR|||||||1|first", false, []string{"W 103/5 QPD^1^10", "W 102/4 QPD^1^11"}},
		{"no QPD", "RCP|I", true, []string{"E 100/7 QPD^1"}},
		{"another query", "QPD|Z99|tag|A1^^^C^MR", true, []string{"E 103/5 QPD^1^1"}},
		{"no tag", "QPD|Z34||A1^^^C^MR", true, []string{"E 101/7 QPD^1^2"}},
		{"nobody", "QPD|Z34|tag", true, []string{"E 101/7 QPD^1^4"}},
		{"a name alone", "QPD|Z34|tag||Lovelace^Ada", true, []string{"E 101/7 QPD^1^4"}},
		{"a name and part of a birth date", "QPD|Z34|tag||Lovelace^Ada||202002", true, []string{"W 102/2 QPD^1^6", "E 101/7 QPD^1^4"}},
		{"a birth date alone", "QPD|Z34|tag||||20200229", true, []string{"E 101/7 QPD^1^4"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			q := ReadQuery(parsed(t, mshQBP, c.qpd), realCodes(t))
			is.Equal(t, "findings", inShort(q.Findings), c.want)
			is.Equal(t, "refused", q.Refused, c.refused)
		})
	}
}

func TestAForeignQueryIsEchoedWithTheStandardDelimiters(t *testing.T) {
	m := parsed(t, `MSH#*!$%#APP#CLINIC###20240305##QBP*Q11#1#P#2.5.1`, `QPD#Z34*History#tag|1#A$F$1***C%1.2%ISO*MR!B2#Love^lace*A&da##20200229`)
	q := ReadQuery(m, realCodes(t))
	is.Equal(t, "echo", string(q.QPD), `QPD|Z34^History|tag\F\1|A#1^^^C&1.2&ISO^MR~B2|Love\S\lace^A\T\da||20200229`)
	is.Equal(t, "tag", q.Tag, "tag|1")
	is.Equal(t, "name", q.Person.Names, []iis.Name{{Family: "Love^lace", Given: "A&da"}})

	echoed := ReadQuery(parsed(t, mshQBP, string(q.QPD)), realCodes(t))
	is.Equal(t, "the echo says the same", echoed.Person, q.Person)
}

func TestTheLimitOfAQueryIsTakenWhenItIsANumber(t *testing.T) {
	for rcp, want := range map[string]int{"RCP|I|5^RD": 5, "RCP|I|20": 20, "RCP|I": 0, "RCP|I|many^RD": 0, "RCP|I|-3": 0, "": 0} {
		q := ReadQuery(parsed(t, mshQBP, "QPD|Z34|tag|A1^^^C^MR", rcp), realCodes(t))
		is.Equal(t, rcp, q.Limit, want)
	}
}

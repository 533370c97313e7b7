package iz

import (
	"slices"
	"strconv"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/iis"
)

// pid writes the n-th person of a message.
func (w *writer) pid(n int, p *iis.Person) {
	w.b.Segment("PID").Field(1, strconv.Itoa(n))
	w.identifiers(3, p.IDs)
	w.names(5, p.Names, "L")
	if p.MotherMaiden.Family != "" {
		w.xpn(6, p.MotherMaiden, "M") // a maiden name by the field's definition (IG 1.5, XPN_M)
	}
	w.b.Field(7, stampNZ(p.Birth, p.BirthTime))
	w.b.Field(8, p.Sex) // U says that it is not known
	w.races(10, p.Races)
	w.addresses(11, p.Addresses)
	w.telecoms(13, p.Telecoms, "PRN")
	w.ce(15, language(&p.Language))
	if e, ok := w.t.Ethnicity(p.Ethnicity); ok && e.Guide {
		w.ce(22, entry(&e, &p.Ethnicity, "CDCREC"))
	}
	w.b.Field(23, p.BirthFacility)
	w.b.Field(24, w.guide("0136", p.MultipleBirth))
	if p.BirthOrder > 0 {
		w.b.Field(25, strconv.Itoa(p.BirthOrder))
	}
	if p.Dead == "Y" {
		w.b.Field(29, stampNZ(p.Death, p.DeathTime))
	}
	w.b.Field(30, w.guide("0136", p.Dead))
}

// pd1 writes what governs sharing and reminding; no segment when nobody said. A
// date of nothing is not allowed.
func (w *writer) pd1(p *iis.Person) {
	publicity := w.coded(&p.Publicity, "0215", "HL70215")
	protection := w.guide("0136", p.Protection)
	status := w.guide("0441", p.Status)
	if publicity == (ce{}) && protection == "" && status == "" {
		return
	}
	w.b.Segment("PD1")
	w.ce(11, publicity)
	w.b.Field(12, protection)
	w.since(13, p.ProtectionFrom, protection != "")
	w.b.Field(16, status)
	w.since(17, p.StatusFrom, status != "")
	w.since(18, p.PublicityFrom, publicity != ce{})
}

// since writes the day from which something holds that was said.
func (w *writer) since(n int, d cal.Date, said bool) {
	if said {
		w.b.Field(n, d.Compact())
	}
}

// nk1 writes next of kin and guardians. One without a full name or a known
// relation is left out: a receiver would drop the segment (IG 1.5, table 3-1).
func (w *writer) nk1(p *iis.Person) {
	n := 0
	for _, k := range p.Kin {
		relation := w.coded(&k.Relation, "0063", "HL70063")
		if relation == (ce{}) || !slices.ContainsFunc(k.Names, w.isComplete) {
			continue
		}
		n++
		w.b.Segment("NK1").Field(1, strconv.Itoa(n))
		w.names(2, k.Names, "")
		w.ce(3, relation)
		w.addresses(4, k.Addresses)
		w.telecoms(5, k.Telecoms, "")
	}
}

// identifiers writes the repetitions of a CX field, without those that have no
// authority or no known type. An identifier of our own may come without
// authority.
func (w *writer) identifiers(n int, ids []iis.Identifier) {
	for _, id := range ids {
		authority := id.Authority
		if authority == "" && id.Type == "SR" {
			authority = w.r.Facility
		}
		kind := w.guide("0203", id.Type)
		if id.Value == "" || authority == "" || kind == "" {
			continue
		}
		w.b.Add(n, id.Value)
		w.hdComponent(4, authority)
		w.b.Comp(5, kind)
	}
}

// names writes the XPN repetitions that are complete. firstType is the type that
// the first has by the field's definition; such a name is sent as far as it is
// known.
func (w *writer) names(n int, names []iis.Name, firstType string) {
	for i, name := range names {
		switch {
		case i == 0 && firstType != "":
			w.xpn(n, name, firstType)
		case w.isComplete(name):
			w.xpn(n, name, name.Type)
		}
	}
}

// isComplete reports a name with all that XPN_IZ requires.
func (w *writer) isComplete(n iis.Name) bool {
	return n.Family != "" && n.Given != "" && w.guide("0200", n.Type) != ""
}

// xpn adds a name to field n, unless it is empty.
func (w *writer) xpn(n int, name iis.Name, kind string) {
	if name.Family != "" || name.Given != "" {
		w.b.Add(n, name.Family, name.Given, name.Middle, name.Suffix, name.Prefix, "", kind)
	}
}

// races writes the CDC categories, each once.
func (w *writer) races(n int, races []iis.Coded) {
	said := make([]string, 0, 8)
	for i := range races {
		e, ok := w.t.Race(races[i])
		if !ok || !e.Guide || slices.Contains(said, e.Code) {
			continue
		}
		said = append(said, e.Code)
		race := entry(&e, &races[i], "CDCREC")
		w.b.Add(n, race[:]...)
	}
}

// addresses writes the XAD repetitions. The type stays empty when the source
// gave none: there is no telling what an address is for.
func (w *writer) addresses(n int, list []iis.Address) {
	for _, a := range list {
		if a != (iis.Address{Type: a.Type}) {
			w.b.Add(n, a.Street, a.Street2, a.City, a.State, a.Zip, country(a.Country), w.guide("0190", a.Type), "", a.County)
		}
	}
}

// country is a three-letter code (ISO 3166); anything else is left out.
func country(s string) string {
	switch s = strings.ToUpper(s); {
	case s == "US":
		return "USA"
	case len(s) == 3 && isLetter(s[0]) && isLetter(s[1]) && isLetter(s[2]):
		return s
	}
	return ""
}

// telecoms writes the XTN repetitions: telephones with area code and number, and
// e-mail addresses. firstUse is the use that a telephone in the first place has
// by the field's definition (IG 1.5, PID-13: the primary number).
func (w *writer) telecoms(n int, list []iis.Telecom, firstUse string) {
	for i, c := range list {
		if c.Email != "" {
			w.b.Add(n, "", "NET", "Internet", c.Email)
			continue
		}
		use := w.guide("0201", c.Use)
		if c.Use == "" && i == 0 {
			use = firstUse
		}
		if use == "" || use == "NET" || !isDigits(c.Area, 3) || !isDigits(c.Local, 9) {
			continue
		}
		w.b.Add(n, "", use, w.guide("0202", c.Equipment), "",
			numberOf(c.Country, 3), c.Area, c.Local, numberOf(c.Extension, 5))
	}
}

// numberOf is a number of one to most digits, or "".
func numberOf(s string, most int) string {
	if isDigits(s, most) {
		return s
	}
	return ""
}

// isDigits reports a number of one to most digits.
func isDigits(s string, most int) bool {
	return allDigits(s) && len(s) <= most
}

// language is PID-15: a CE whose parts are all optional, so that a code without
// a known system may be sent.
func language(c *iis.Coded) ce {
	if c.Code == "" {
		return ce{}
	}
	return ce{c.Code, c.Text, system(c.System)}
}

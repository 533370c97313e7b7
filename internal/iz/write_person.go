package iz

import (
	"strconv"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/iis"
)

// pid writes the n-th person of a message.
func (w *writer) pid(n int, p *iis.Person) {
	w.b.Segment("PID").Field(1, strconv.Itoa(n))
	var ids []string
	for _, id := range p.IDs {
		ids = append(ids, w.identifier(id))
	}
	w.encoded(3, ids...)
	w.reps(5, w.names(p.Names, "L")...)
	if p.MotherMaiden.Family != "" {
		w.b.Field(6, xpn(p.MotherMaiden, "M")...) // a maiden name by the field's definition (IG 1.5, XPN_M)
	}
	w.b.Field(7, p.Birth.Compact())
	w.b.Field(8, p.Sex) // U says that it is not known
	w.races(p.Races)
	w.reps(11, w.addresses(p.Addresses)...)
	w.reps(13, w.telecoms(p.Telecoms, "PRN")...)
	w.b.Field(15, w.language(p.Language)...)
	if e, ok := w.t.Ethnicity(p.Ethnicity); ok && e.Guide {
		w.b.Field(22, e.Code, textOf(p.Ethnicity, e.Code, e.Meaning), "CDCREC")
	}
	w.b.Field(23, p.BirthFacility)
	w.b.Field(24, w.guide("0136", p.MultipleBirth))
	if p.MultipleBirth == "Y" && p.BirthOrder > 0 {
		w.b.Field(25, strconv.Itoa(p.BirthOrder))
	}
	if p.Dead == "Y" {
		w.b.Field(29, p.Death.Compact())
	}
	w.b.Field(30, w.guide("0136", p.Dead))
}

// pd1 writes what governs sharing and reminding; no segment when nobody said.
func (w *writer) pd1(p *iis.Person) {
	publicity := w.coded(p.Publicity, "0215", "HL70215")
	protection := w.guide("0136", p.Protection)
	status := w.guide("0441", p.Status)
	if publicity == nil && protection == "" && status == "" {
		return
	}
	since := func(d cal.Date, said bool) string {
		if !said {
			return "" // a date of nothing is not allowed
		}
		return d.Compact()
	}
	w.b.Segment("PD1").
		Field(11, publicity...).
		Field(12, protection).
		Field(13, since(p.ProtectionFrom, protection != "")).
		Field(16, status).
		Field(17, since(p.StatusFrom, status != "")).
		Field(18, since(p.PublicityFrom, publicity != nil))
}

// nk1 writes next of kin and guardians. One without a full name or a known
// relation is left out: a receiver would drop the segment (IG 1.5, table 3-1).
func (w *writer) nk1(p *iis.Person) {
	n := 0
	for _, k := range p.Kin {
		names := w.names(k.Names, "")
		relation := w.coded(k.Relation, "0063", "HL70063")
		if len(names) == 0 || relation == nil {
			continue
		}
		n++
		w.b.Segment("NK1").Field(1, strconv.Itoa(n))
		w.reps(2, names...)
		w.b.Field(3, relation...)
		w.reps(4, w.addresses(k.Addresses)...)
		w.reps(5, w.telecoms(k.Telecoms, "")...)
	}
}

// identifier is a CX, encoded; "" for one without authority or known type. An
// identifier of our own may come without authority.
func (w *writer) identifier(id iis.Identifier) string {
	authority := id.Authority
	if authority == "" && id.Type == "SR" {
		authority = w.r.Facility
	}
	kind := w.guide("0203", id.Type)
	if id.Value == "" || authority == "" || kind == "" {
		return ""
	}
	return join(escaped(id.Value), "", "", hdComponent(authority), kind)
}

// names are the XPN repetitions that are complete. firstType is the type that
// the first has by the field's definition; such a name is sent as far as it is
// known.
func (w *writer) names(names []iis.Name, firstType string) [][]string {
	var out [][]string
	for i, n := range names {
		if i == 0 && firstType != "" {
			out = append(out, xpn(n, firstType))
			continue
		}
		if kind := w.guide("0200", n.Type); n.Family != "" && n.Given != "" && kind != "" {
			out = append(out, xpn(n, kind))
		}
	}
	return out
}

// xpn is a name as the components of XPN; none when it is empty.
func xpn(n iis.Name, kind string) []string {
	if n.Family == "" && n.Given == "" {
		return nil
	}
	return []string{n.Family, n.Given, n.Middle, n.Suffix, n.Prefix, "", kind}
}

// races writes the CDC categories, each once.
func (w *writer) races(races []iis.Coded) {
	seen := map[string]bool{}
	var all [][]string
	for _, c := range races {
		e, ok := w.t.Race(c)
		if !ok || !e.Guide || seen[e.Code] {
			continue
		}
		seen[e.Code] = true
		all = append(all, []string{e.Code, textOf(c, e.Code, e.Meaning), "CDCREC"})
	}
	w.reps(10, all...)
}

// addresses are XAD repetitions. The type stays empty when the source gave
// none: there is no telling what an address is for.
func (w *writer) addresses(list []iis.Address) [][]string {
	var out [][]string
	for _, a := range list {
		kind := w.guide("0190", a.Type)
		a.Type = ""
		if a == (iis.Address{}) {
			continue
		}
		out = append(out, []string{a.Street, a.Street2, a.City, a.State, a.Zip, country(a.Country), kind, "", a.County})
	}
	return out
}

// country is a three-letter code (ISO 3166); anything else is left out.
func country(s string) string {
	switch s = strings.ToUpper(s); {
	case s == "US":
		return "USA"
	case len(s) == 3 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "":
		return s
	}
	return ""
}

// telecoms are XTN repetitions: telephones with area code and number, and
// e-mail addresses. firstUse is the use that a telephone in the first place has
// by the field's definition (IG 1.5, PID-13: the primary number).
func (w *writer) telecoms(list []iis.Telecom, firstUse string) [][]string {
	var out [][]string
	for i, c := range list {
		if c.Email != "" {
			out = append(out, []string{"", "NET", "Internet", c.Email})
			continue
		}
		use := w.guide("0201", c.Use)
		if use == "" && c.Use == "" && i == 0 {
			use = firstUse
		}
		if use == "" || use == "NET" || !isDigits(c.Area, 3) || !isDigits(c.Local, 9) {
			continue
		}
		xtn := []string{"", use, w.guide("0202", c.Equipment), "", "", c.Area, c.Local, ""}
		if isDigits(c.Country, 3) {
			xtn[4] = c.Country
		}
		if isDigits(c.Extension, 5) {
			xtn[7] = c.Extension
		}
		out = append(out, xtn)
	}
	return out
}

// isDigits reports a number of one to most digits.
func isDigits(s string, most int) bool {
	return allDigits(s) && len(s) <= most
}

// language is PID-15: a CE whose parts are all optional, so that a code without
// a known system may be sent.
func (w *writer) language(c iis.Coded) []string {
	if c.Code == "" {
		return nil
	}
	return []string{c.Code, c.Text, system(c.System)}
}

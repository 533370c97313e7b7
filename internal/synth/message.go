package synth

import (
	"strconv"
	"time"

	"openiis/internal/cal"
	"openiis/internal/hl7"
	"openiis/internal/iis"
)

// Registry is what the messages call the receiver (MSH-5 and MSH-6).
const Registry = "OPENIIS"

// VXU is a vaccination update (VXU^V04, profile Z22) about the person from a
// facility, with the doses of these places in Doses; none is about the person
// alone. It conforms to the guide. The same arguments give the same bytes.
func (p *Person) VXU(from Facility, control string, at time.Time, doses ...int) []byte {
	b := newMessage(from, control, at, kind{"VXU", "V04", "VXU_V04", "Z22"})
	p.pid(b, from)
	b.Segment("PD1").
		Field(11, "02", "Reminder/Recall - any method", "HL70215").
		Field(12, "N").
		Field(13, day(at)).
		Field(16, "A").
		Field(17, day(at)).
		Field(18, day(at))
	b.Segment("NK1").Field(1, "1").
		Field(2, xpn(p.Parent.Name)...).
		Field(3, coded(p.Parent.Relation)...).
		Field(4, xad(p.Address)...)
	if p.Phone != (iis.Telecom{}) {
		b.Field(5, xtn(p.Phone)...)
	}
	for _, i := range doses {
		p.order(b, from, &p.Doses[i])
	}
	return b.Bytes()
}

// QBP asks for the person's history (QBP^Q11, profile Z34), with everything
// that a facility knows of them. The query's tag is its control id.
func (p *Person) QBP(from Facility, control string, at time.Time) []byte {
	b := newMessage(from, control, at, kind{"QBP", "Q11", "QBP_Q11", "Z34"})
	b.Segment("QPD").
		Field(1, "Z34", "Request Immunization History", "CDCPHINVS").
		Field(2, control).
		Field(3, p.MRN(from), "", "", from.Code, "MR").
		Field(4, xpn(p.Name)...).
		Field(5, p.Parent.Maiden, "", "", "", "", "", "M").
		Field(6, p.Birth.Compact()).
		Field(7, p.Sex).
		Field(8, xad(p.Address)...)
	if p.Phone != (iis.Telecom{}) {
		b.Field(9, xtn(p.Phone)...)
	}
	b.Line([]byte("RCP|I|10^RD&Records&HL70126"))
	return b.Bytes()
}

// kind is MSH-9, and the profile of MSH-21.
type kind struct{ code, event, structure, profile string }

// newMessage begins a message with its MSH. MSH-7 has its zone, as the guide
// demands.
func newMessage(from Facility, control string, at time.Time, k kind) *hl7.Builder {
	b := &hl7.Builder{}
	return b.Header().
		Field(3, "BrightEHR").Field(4, from.Code).Field(5, Registry).Field(6, Registry).
		Field(7, at.Format("20060102150405-0700")).
		Field(9, k.code, k.event, k.structure).
		Field(10, control).Field(11, "P").Field(12, "2.5.1").
		Field(15, "ER").Field(16, "AL").
		Field(21, k.profile, "CDCPHINVS").
		Field(22, from.Code).Field(23, Registry)
}

func (p *Person) pid(b *hl7.Builder, from Facility) {
	b.Segment("PID").Field(1, "1").
		Field(3, p.MRN(from), "", "", from.Code, "MR").
		Field(5, xpn(p.Name)...).
		Field(6, p.Parent.Maiden, "", "", "", "", "", "M").
		Field(7, p.Birth.Compact()).
		Field(8, p.Sex).
		Field(10, coded(p.Race)...).
		Field(11, xad(p.Address)...)
	if p.Phone != (iis.Telecom{}) {
		b.Field(13, xtn(p.Phone)...)
	}
	b.Field(22, coded(p.Ethnicity)...)
	if p.Twin == 0 {
		b.Field(24, "N")
	} else {
		b.Field(24, "Y").Field(25, strconv.Itoa(p.Twin))
	}
	if p.Death != cal.None {
		b.Field(29, p.Death.Compact()).Field(30, "Y")
	}
}

// Filler is the facility's own number for a dose (ORC-3.1). A refusal has none.
func (p *Person) Filler(d *Dose) string {
	if d.Refused {
		return iis.NotAKey
	}
	return strconv.Itoa(p.Index) + "." + strconv.Itoa(d.Number)
}

// order writes one order group: a dose given here, one known of, or a refusal.
func (p *Person) order(b *hl7.Builder, from Facility, d *Dose) {
	given := !d.Historical && !d.Refused
	b.Segment("ORC").Field(1, "RE").Field(3, p.Filler(d), from.Code)
	if given {
		b.Field(10, xcn(p.Provider, from)...).
			Field(12, xcn(p.Provider, from)...).
			Field(17, from.Code, from.Name, "HL70362")
	}
	b.Segment("RXA").Field(1, "0").Field(2, "1").
		Field(3, d.Date.Compact()).
		Field(5, d.Vaccine.CVX, d.Vaccine.Name, "CVX")
	switch {
	case d.Refused:
		b.Field(6, "999").Field(18, "00", "Parental decision", "NIP002").Field(20, "RE").Field(21, "A")
		return
	case d.Historical:
		b.Field(6, "999").Field(9, "01", "Historical information - source unspecified", "NIP001").Field(20, "CP").Field(21, "A")
		return
	}
	b.Field(6, d.Vaccine.Amount).Field(7, "mL", "milliliters", "UCUM").
		Field(9, "00", "New immunization record", "NIP001").
		Field(10, xcn(p.Provider, from)...).
		Field(11, "", "", "", from.Code).
		Field(15, d.Lot).
		Field(16, d.Expiration.Compact()).
		Field(17, d.Vaccine.MVX, d.Vaccine.Maker, "MVX").
		Field(20, "CP").Field(21, "A")
	b.Segment("RXR").Field(1, coded(d.Vaccine.Route)...)
	if d.Site != nil {
		b.Field(2, coded(*d.Site)...)
	}
	p.observations(b, d)
}

// EligibleOn is who pays for a dose of a day: public programmes pay until 19.
func (p *Person) EligibleOn(day cal.Date) iis.Coded {
	if cal.AgeOn(p.Birth, day).Years >= 19 {
		return eligibility[0]
	}
	return p.Eligible
}

// observations writes eligibility and information statement. Both OBX of the
// statement share a sub-id (OBX-4).
func (p *Person) observations(b *hl7.Builder, d *Dose) {
	on := d.Date.Compact()
	b.Segment("OBX").Field(1, "1").Field(2, "CE").
		Field(3, "64994-7", "Vaccine funding program eligibility category", "LN").Field(4, "1").
		Field(5, coded(p.EligibleOn(d.Date))...).Field(11, "F").Field(14, on).
		Field(17, "VXC40", "Eligibility captured at the immunization level", "CDCPHINVS")
	if len(d.Vaccine.VIS) == 0 {
		return
	}
	b.Segment("OBX").Field(1, "2").Field(2, "CE").
		Field(3, "69764-9", "Document type", "LN").Field(4, "2").
		Field(5, d.statement(), "", "cdcgs1vis").Field(11, "F").Field(14, on)
	b.Segment("OBX").Field(1, "3").Field(2, "DT").
		Field(3, "29769-7", "Date Vaccine Information Statement presented", "LN").Field(4, "2").
		Field(5, on).Field(11, "F").Field(14, on)
}

// statement is the edition of that day: the last one that was out, by the six
// digits of its day at the end of the bar code.
func (d *Dose) statement() string {
	editions := d.Vaccine.VIS
	last := editions[0]
	for _, e := range editions[1:] {
		if "20"+e[len(e)-6:] <= d.Date.Compact() {
			last = e
		}
	}
	return last
}

func day(at time.Time) string { return at.Format("20060102") }

func coded(c iis.Coded) []string { return []string{c.Code, c.Text, c.System} }

func xpn(n iis.Name) []string {
	return []string{n.Family, n.Given, n.Middle, n.Suffix, n.Prefix, "", n.Type}
}

func xad(a iis.Address) []string {
	return []string{a.Street, a.Street2, a.City, a.State, a.Zip, a.Country, a.Type, "", a.County}
}

func xtn(t iis.Telecom) []string {
	return []string{"", t.Use, t.Equipment, "", "", t.Area, t.Local}
}

// xcn is a provider by the number that the clinic gave them.
func xcn(p iis.Provider, from Facility) []string {
	return []string{p.ID, p.Family, p.Given, "", "", "", "", "", from.Code, p.NameType, "", "", p.IDType}
}

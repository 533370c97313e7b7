package intake

import (
	"context"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/iz"
	"openiis/internal/vital"
)

// certify reads the message of an office of vital records as the birth certificate
// that it is (package vital): then it enrols a newborn as the row of a file does. One
// without the number of its certificate is refused, for it could never be corrected.
// Those of other senders stay as they are.
func (d *Desk) certify(ctx context.Context, m *message) error {
	if m.sub.Sender.Kind != iis.SendsCertificates || m.VXU == nil || m.Refused {
		return nil
	}
	law, err := d.keeper.Policy(ctx)
	if err != nil {
		return err
	}
	if m.certify(d.codes); !law.Sharing.Default && m.VXU.Person.Protection == "" {
		m.VXU.Person.Protection = "Y"
	}
	return nil
}

func (m *message) certify(codes *codeset.Tables) {
	p := &m.VXU.Person
	number := vital.Number(p)
	if number == "" || len(number) > longestNumber {
		m.refuse(iis.Findings{ruleNoCertificate.at(m.HL7.First("PID").AtField(3, 0, 0))})
		return
	}
	office := vital.Office{Code: m.sub.Sender.Facility, Codes: codes}
	office.Newborn(p, number)
	today := cal.On(m.sub.Received)
	var found iis.Findings
	for i := range m.VXU.Orders {
		o := &m.VXU.Orders[i]
		if !o.Usable {
			continue
		}
		if o.Dose.Counts() && vital.Impossible(o.Dose.Date, p.Birth, today) {
			o.Usable = false
			found = append(found, ruleNotSinceBirth.at(iis.Where{Segment: o.Where.Segment, Sequence: o.Where.Sequence, Field: 3}))
			continue
		}
		o.Dose = office.Report(o.Dose, p)
	}
	if len(found) > 0 {
		m.Findings = append(m.Findings, found...).OnePerPlace()
		m.Ack = iz.MSA1(m.Findings)
	}
}

// longestNumber is how many characters the number of a certificate has at most.
const longestNumber = 100

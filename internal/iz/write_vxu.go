package iz

import (
	"time"

	"openiis/internal/codeset"
	"openiis/internal/iis"
)

// Update is a vaccination message to be written: of a person and what was reported
// of them.
type Update struct {
	From    iis.Sender
	App     string // MSH-3: what made it
	Control string // MSH-10
	At      time.Time
	Person  iis.Person
	Doses   []iis.Dose
	Reason  string // ORC-16: why they are corrected or deleted; "" where nobody said
}

// WriteVXU writes a vaccination update (VXU^V04, profile Z22), for reports that came
// in another form than HL7 and shall go the way of every message. What it writes,
// ReadVXU reads back, as far as the guide's profile has room for it.
func WriteVXU(u Update, codes *codeset.Tables) []byte {
	w := &writer{r: Responder{App: u.App, Facility: u.From.Facility}, t: codes, reports: true, reason: u.Reason}
	w.b.Header()
	w.b.Field(3, u.App)
	w.hd(4, u.From.Facility)
	w.b.Field(7, u.At.Format("20060102150405-0700")).
		Field(9, "VXU", "V04", "VXU_V04").
		Field(10, u.Control).
		Field(11, "P").
		Field(12, "2.5.1").
		Field(15, "ER").
		Field(16, "AL").
		Field(21, ProfileVXU, "CDCPHINVS").
		Field(22, u.From.Facility)
	w.pid(1, &u.Person)
	w.pd1(&u.Person)
	w.nk1(&u.Person)
	for i := range u.Doses {
		w.order(&HistoryDose{Dose: &u.Doses[i]})
	}
	return w.b.Bytes()
}

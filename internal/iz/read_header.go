package iz

import (
	"strings"
	"time"

	"openiis/internal/cal"
	"openiis/internal/hl7"
	"openiis/internal/iis"
)

// ReadHeader reads a message's MSH. What was not sent is empty; a time that
// cannot be read is the zero time.
func ReadHeader(m *hl7.Message) Header {
	msh := m.MSH()
	h := Header{
		SendingApp:        designator(msh.Field(3)),
		SendingFacility:   designator(msh.Field(4)),
		ReceivingApp:      designator(msh.Field(5)),
		ReceivingFacility: designator(msh.Field(6)),
		SendingOrg:        text(msh.Field(22)),
		ReceivingOrg:      text(msh.Field(23)),
		Code:              strings.ToUpper(text(msh.Field(9))),
		Event:             strings.ToUpper(text(msh.Field(9).Comp(2))),
		Structure:         strings.ToUpper(text(msh.Field(9).Comp(3))),
		ControlID:         text(msh.Field(10)),
		Processing:        strings.ToUpper(text(msh.Field(11))),
		Version:           text(msh.Field(12)),
		Profile:           profile(msh.Field(21)),
	}
	h.Time, _ = ParseTime(text(msh.Field(7)))
	return h
}

// designator reads a field of type HD: the namespace, or else the universal id.
func designator(v hl7.Value) string {
	return first(text(v), text(v.Comp(2)))
}

// profile is the first repetition of MSH-21 that names a profile of the guide.
func profile(v hl7.Value) string {
	for n, rep := range v.All() {
		if n > maxReps {
			break
		}
		if s := strings.ToUpper(text(rep)); len(s) == 3 && s[0] == 'Z' && allDigits(s[1:]) {
			return s
		}
	}
	return ""
}

// FirstPass looks at what has to hold before a message is read: type, event,
// version and processing id (IG 1.5, 3). Each finding refuses the message with
// MSA-1 = AR. MSH-9.3 never decides, and any version 2 is taken, for senders of
// 2.3.1 and 2.4 are still alive.
func FirstPass(m *hl7.Message) iis.Findings {
	var r reader
	msh, h := m.MSH(), ReadHeader(m)
	switch {
	case h.Code != "VXU" && h.Code != "QBP":
		r.find(ruleMessageType, msh.AtField(9, 1, 1))
	case (h.Code == "VXU") != (h.Event == "V04") || (h.Code == "QBP") != (h.Event == "Q11"):
		r.find(ruleEvent, msh.AtField(9, 1, 2))
	}
	if !isVersion2(h.Version) {
		r.find(ruleVersion, msh.AtField(12, 1, 1))
	}
	if h.Processing != "P" && h.Processing != "T" && h.Processing != "D" {
		r.find(ruleProcessing, msh.AtField(11, 1, 1))
	}
	return r.findings
}

// charset reports a character set (MSH-18) that is not read here, and text that
// is in another one than was said.
func (r *reader) charset(m *hl7.Message) {
	at := m.MSH().AtField(18, 0, 0)
	switch set := m.Charset(); {
	case !set.Known && set.Plain:
		r.find(ruleCharsetUnneeded, at)
	case !set.Known:
		r.find(ruleCharsetUnknown, at)
	case !set.Fits:
		r.find(ruleCharsetDiffers, at)
	}
}

// isVersion2 reports 2 or 2.x.
func isVersion2(s string) bool {
	return s == "2" || (len(s) > 2 && s[:2] == "2." && isDigit(s[2]))
}

// ParseTime reads an HL7 time stamp, YYYYMMDD[HH[MM[SS[.S]]]][+/-ZZZZ] (HL7
// v2.5.1, 2.A.77), and the same with the separators of ISO 8601. The result is
// in the zone that was sent, UTC when none was. The day must be readable: only
// then is the answer true; of the time of day as much is taken as is.
func ParseTime(s string) (time.Time, bool) {
	day, form := readDay(s)
	if form == badDay {
		return time.Time{}, false
	}
	rest := afterDay(s, form)
	clock, zone := rest, ""
	if i := strings.IndexAny(rest, "+-Z"); i >= 0 {
		clock, zone = rest[:i], rest[i:]
	}
	y, m, d := day.YMD()
	hour, minute, second, nano := readClock(clock)
	return time.Date(y, m, d, hour, minute, second, nano, readZone(zone)), true
}

// readClock reads hours, minutes, seconds and their fraction, as far as they
// are there and possible.
func readClock(s string) (hour, minute, second, nano int) {
	whole, fraction, _ := strings.Cut(s, ".")
	var n [3]int
	at := 0
	for i, limit := range [...]int{24, 60, 60} {
		for at < len(whole) && !isDigit(whole[at]) {
			at++
		}
		if at+2 > len(whole) || !isDigit(whole[at+1]) {
			break
		}
		v := int(whole[at]-'0')*10 + int(whole[at+1]-'0')
		if v >= limit {
			break
		}
		n[i], at = v, at+2
	}
	scale := 100_000_000
	for i := 0; i < len(fraction) && isDigit(fraction[i]); i++ {
		nano += int(fraction[i]-'0') * scale
		scale /= 10
	}
	return n[0], n[1], n[2], nano
}

// readZone reads +HHMM, +HH:MM or +HMM; anything else is UTC.
func readZone(s string) *time.Location {
	if s == "" || s == "Z" {
		return time.UTC
	}
	n, digits := 0, 0
	for i := 1; i < len(s); i++ {
		if isDigit(s[i]) {
			n, digits = n*10+int(s[i]-'0'), digits+1
		}
		if digits > 4 {
			return time.UTC
		}
	}
	if digits < 3 || n%100 > 59 || n/100 > 14 {
		return time.UTC
	}
	seconds := n/100*3600 + n%100*60
	if s[0] == '-' {
		seconds = -seconds
	}
	if seconds == 0 {
		return time.UTC
	}
	return time.FixedZone("", seconds)
}

// dayForm says how a day was written.
type dayForm int

const (
	badDay     dayForm = iota // not a full day
	compactDay                // YYYYMMDD, perhaps with a time after it
	isoDay                    // YYYY-MM-DD, likewise
)

// readDay reads the day of a date or time stamp. A month or year alone is not a
// day, and an impossible one (30 February) neither: nothing is guessed.
func readDay(s string) (cal.Date, dayForm) {
	if len(s) >= 10 && s[4] == '-' && s[7] == '-' {
		if d, err := cal.Parse(s[:10]); err == nil && isClock(s[10:]) {
			return d, isoDay
		}
		return cal.None, badDay
	}
	if len(s) >= 8 && isClock(s[8:]) {
		if d := cal.ParseCompact(s[:8]); d != cal.None {
			return d, compactDay
		}
	}
	return cal.None, badDay
}

// afterDay is what stands after the day that readDay read.
func afterDay(s string, form dayForm) string {
	if form == isoDay {
		return s[len("YYYY-MM-DD"):]
	}
	return s[len("YYYYMMDD"):]
}

// isClock reports text that can be a time of day with a zone, or nothing.
func isClock(s string) bool {
	for i := 0; i < len(s); i++ {
		if !isDigit(s[i]) && strings.IndexByte(" T:.+-Z", s[i]) < 0 {
			return false
		}
	}
	return true
}

// date reads a date field that may be absent. One that cannot be read is lost,
// and the finding says so.
func (r *reader) date(s hl7.Segment, field int) cal.Date {
	d, _ := r.moment(s, field)
	return d
}

// moment is date for a field that may have a time of day.
func (r *reader) moment(s hl7.Segment, field int) (day cal.Date, clock string) {
	v := text(s.Field(field))
	if v == "" {
		return cal.None, ""
	}
	return r.readMoment(v, s, field, ruleDateUnreadable)
}

// needMoment reads a day, perhaps with its time, without which nothing can be
// stored; the day is None when it is missing or unreadable, and the finding made.
func (r *reader) needMoment(s hl7.Segment, field int, missing, unreadable rule) (day cal.Date, clock string) {
	v := text(s.Field(field))
	if v == "" {
		r.find(missing, s.AtField(field, 0, 0))
		return cal.None, ""
	}
	return r.readMoment(v, s, field, unreadable)
}

func (r *reader) readMoment(v string, s hl7.Segment, field int, unreadable rule) (day cal.Date, clock string) {
	day, form := readDay(v)
	switch form {
	case badDay:
		r.find(unreadable, s.AtField(field, 0, 0))
		return cal.None, ""
	case isoDay:
		r.find(ruleDateForm, s.AtField(field, 0, 0))
	}
	return day, timeOfDay(afterDay(v, form))
}

package iz

import (
	"strings"

	"openiis/internal/cal"
)

// timeOfDay is the time that stands after a day, in the form of HL7: HH[MM[SS[.S…]]]
// with as many digits as were sent, and the zone if there was one; "" when it is
// no time.
func timeOfDay(s string) string {
	if !isTimeOfDay(s) {
		s = plainClock.Replace(s)
	}
	if !isTimeOfDay(s) {
		return ""
	}
	return s
}

// plainClock takes the separators of ISO 8601 out of a time.
var plainClock = strings.NewReplacer(":", "", "T", "", " ", "", "Z", "+0000")

// isTimeOfDay reports HH[MM[SS[.S[S[S[S]]]]]][+/-ZZZZ] (HL7 v2.5.1, 2.A.77).
func isTimeOfDay(s string) bool { return isLocalTime(withoutZone(s)) }

// isTimeStamp reports YYYY[MM[DD[HH[MM[SS[.S[S[S[S]]]]]]]]][+/-ZZZZ], likewise.
func isTimeStamp(s string) bool {
	day := withoutZone(s)
	if len(day) > 8 {
		return allDigits(day[:8]) && isLocalTime(day[8:])
	}
	return len(day) >= 4 && len(day)%2 == 0 && allDigits(day)
}

// withoutZone is a time without the zone that it ends in.
func withoutZone(s string) string {
	i := len(s) - len("+ZZZZ")
	if i >= 0 && (s[i] == '+' || s[i] == '-') && allDigits(s[i+1:]) {
		return s[:i]
	}
	return s
}

// isLocalTime reports a time without zone.
func isLocalTime(s string) bool {
	whole, fraction, cut := strings.Cut(s, ".")
	if cut && (len(whole) != 6 || len(fraction) > 4 || !allDigits(fraction)) {
		return false
	}
	if n := len(whole); n == 0 || n > 6 || n%2 != 0 || !allDigits(whole) || whole[:2] > "23" {
		return false
	}
	return (len(whole) < 4 || whole[2:4] < "60") && (len(whole) < 6 || whole[4:] < "60")
}

// stampNZ is a day with its time as far as the guide's TS_NZ has room for it: no
// zone, for the clock is that of the place, and of a fraction exactly four digits.
func stampNZ(day cal.Date, clock string) string {
	if day.IsZero() || clock == "" {
		return day.Compact()
	}
	local := withoutZone(clock)
	if whole, fraction, _ := strings.Cut(local, "."); len(fraction) != 4 {
		local = whole
	}
	return day.Compact() + local
}

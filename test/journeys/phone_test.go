package journeys

import "testing"

func TestANewUserReadsARecordOnAPhone(t *testing.T) {
	r := newRegistry(t)
	r.hasJuniper()
	b := openBrowser(t, r.address)
	b.holdsAPhone()

	b.visit("/")
	b.fits("sign in", narrow)
	b.write("username", "rita")
	b.write("password", password)
	b.taps("main button")
	b.sees("Find a person", "Rita Reader")
	b.write("q", "jun mar 2023")
	b.taps("main button")
	b.sees("1 person found", "Plymouth, MA")
	b.isSoundOnAPhone("phone-1-found")
	b.taps("a.row-link")
	b.sees("Juniper Rose Marsh", "Measles, mumps, rubella (MMR)", "1 year 3 days")
	b.isSoundOnAPhone("phone-2-record")
	b.taps("label[for=by-date]")
	b.hides(".by-vaccine")
	b.isSoundOnAPhone("phone-3-by-date")
	b.taps("nav.parts a[href='#about']")
	b.sees("12 Long Pond Road", "(508) 555-0147")
}

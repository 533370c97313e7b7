package iis

import "testing"

// A code of a sender's own goes out beside CDC's code of an unknown vaccine, and means
// the same when it comes back so.
func TestACodeOfASendersOwnIsTheSameBesideAnUnknownVaccine(t *testing.T) {
	alone := func(code string) Dose { return Dose{Vaccine: Coded{Code: code, System: "99OAK"}} }
	beside := func(code string) Dose {
		return Dose{CVX: UnknownCVX, Vaccine: Coded{Code: UnknownCVX, System: "CVX", AltCode: code, AltSystem: "99OAK"}}
	}
	unknown := Dose{CVX: UnknownCVX, Vaccine: Coded{Code: UnknownCVX, System: "CVX"}}
	for _, c := range []struct {
		a, b Dose
		same bool
	}{
		{alone("M1"), beside("M1"), true}, {beside("M1"), beside("M1"), true}, {beside("M1"), beside("P1"), false},
		{alone("M1"), beside("P1"), false}, {beside("M1"), unknown, false}, {unknown, unknown, true},
	} {
		if got := c.a.SameVaccine(&c.b); got != c.same || c.b.SameVaccine(&c.a) != c.same {
			t.Errorf("%v and %v: same vaccine %v, want %v", c.a.Vaccine, c.b.Vaccine, got, c.same)
		}
	}
	list := beside("") // that names its list and no code of it
	if unknown.OwnCode() || list.OwnCode() {
		t.Error("an unknown vaccine alone is no code of a sender's own")
	}
}

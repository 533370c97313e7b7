package match

import (
	"slices"
	"strings"
)

func (r *Rules) compareSocial(a, b []string) Level {
	out := Missing
	for _, x := range a {
		for _, y := range b {
			r.raise(SocialSecurity, &out, socialLevel(x, y))
		}
	}
	return out
}

// socialLevel compares two social security numbers, of which only the last four
// digits may be known.
func socialLevel(x, y string) Level {
	switch {
	case len(x) == 4 || len(y) == 4:
		if strings.HasSuffix(x, y) || strings.HasSuffix(y, x) {
			return LastFour
		}
	case x == y:
		return Same
	case oneSlip(x, y):
		return OneDigit
	}
	return Different
}

func (r *Rules) compareMedicaid(a, b []string) Level {
	out := Missing
	for _, x := range a {
		for _, y := range b {
			l := sameOr(x == y)
			if l == Different && len(x) > 5 && oneSlip(x, y) {
				l = OneDigit
			}
			r.raise(Medicaid, &out, l)
		}
	}
	return out
}

// compareCharts compares numbers that facilities gave their own patients: of one
// kind, and of one authority. Without an authority equal numbers may be of two.
func (r *Rules) compareCharts(a, b []chart) Level {
	out := Missing
	for i := range a {
		for j := range b {
			x, y := &a[i], &b[j]
			switch {
			case x.typ != y.typ:
			case x.authority == "" || y.authority == "":
				if x.value == y.value {
					r.raise(RecordNumber, &out, NoAuthority)
				}
			case x.authority == y.authority:
				r.raise(RecordNumber, &out, sameOr(x.value == y.value))
			}
		}
	}
	return out
}

func (r *Rules) compareAddresses(a, b []address) Level {
	out := Missing
	for i := range a {
		for j := range b {
			r.raise(Address, &out, addressLevel(&a[i], &b[j]))
		}
	}
	return out
}

// addressLevel compares two addresses. A town is the same when ZIP code or city
// agree, and another when neither does nor nearly does.
func addressLevel(x, y *address) Level {
	zip, city := said(x.zip, y.zip), said(x.city.text, y.city.text)
	town := zip && x.zip == y.zip || city && x.city.text == y.city.text
	if x.street.text == "" || y.street.text == "" {
		switch {
		case zip && x.zip == y.zip:
			return SameZIP
		case (zip || city) && !town:
			return Different
		}
		return Missing
	}
	street := x.street.text == y.street.text || x.line.text == y.line.text
	switch {
	case x.number == y.number && (street || nearStreet(x, y)):
		return houseLevel(x, y, street, town, zip, city)
	case town && (street || nearStreet(x, y)):
		return SameStreet
	case zip && x.zip == y.zip:
		return SameZIP
	}
	return Different
}

// houseLevel compares two addresses of one number and street, or nearly one.
func houseLevel(x, y *address, street, town, zip, city bool) Level {
	near := town || zip && oneSlip(x.zip, y.zip) || city && nearly(&x.city, &y.city) != Missing
	switch {
	case street && (town || !zip && !city) && (x.rest == y.rest || x.rest == "" || y.rest == ""):
		return Same
	case near:
		return Nearly
	case street && (zip || city):
		return OtherTown
	case street:
		return Nearly
	}
	return Different
}

func nearStreet(x, y *address) bool {
	return nearly(&x.street, &y.street) != Missing || nearly(&x.line, &y.line) != Missing
}

func said(x, y string) bool { return x != "" && y != "" }

func (r *Rules) comparePhones(a, b []string) Level {
	out := Missing
	for _, x := range a {
		for _, y := range b {
			r.raise(Telephone, &out, phoneLevel(x, y))
		}
	}
	return out
}

func phoneLevel(x, y string) Level {
	switch {
	case x == y:
		return Same
	case x[len(x)-7:] == y[len(y)-7:]:
		return OtherArea
	case len(x) == len(y) && oneSlip(x, y):
		return OneDigit
	}
	return Different
}

// compareRelatives compares names of mothers or guardians.
func (r *Rules) compareRelatives(f Field, a, b []name) Level {
	out := Missing
	for i := range a {
		for j := range b {
			x, y := &a[i], &b[j]
			switch {
			case x.text == y.text:
				r.raise(f, &out, Same)
			case shareKin(x.kin, y.kin) || nearly(&x.spelled, &y.spelled) != Missing || sharedWords(x, y) != Missing:
				r.raise(f, &out, Nearly)
			default:
				r.raise(f, &out, Different)
			}
		}
	}
	return out
}

// manyDoses is how many vaccinations a history has, when it says something that
// none is shared.
const manyDoses = 3

// compareDoses compares vaccination histories (Miller, Frawley and Sayward,
// "IMM/Scan", 2001).
func compareDoses(a, b []Dose) Level {
	for _, x := range a {
		if slices.Contains(b, x) {
			return SharedDose
		}
	}
	if len(a) >= manyDoses && len(b) >= manyDoses {
		return NoneShared
	}
	return Missing
}

func shareText(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}

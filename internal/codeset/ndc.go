package codeset

import (
	"errors"
	"slices"
	"strings"

	"openiis/internal/cal"
)

// NDC is one package number of the national drug code: the unit of use (the
// vial or syringe a dose is taken from) or the unit of sale (the carton).
type NDC struct {
	Code string // 5-4-2 with hyphens
	// CVX is the vaccine. Where one package holds what CDC knows under several
	// codes, it is their group's unspecified code, or "" if they have none.
	CVX  string
	CVXs []string
	// MVX is the maker, "" when several are on record (companies merge).
	MVX       string
	MVXs      []string
	TradeName string
	Labeler   string
	Packaging string   // as CDC words it, often empty
	GTIN      string   // 14 digits, empty where CDC has none
	From      cal.Date // start of marketing
	To        cal.Date // its end, None while it goes on
	Use, Sale bool     // which unit it is; three cartons hold one unit under one number
	// Inside are the units of use that a unit of sale holds, and Cartons the
	// units of sale that a unit of use comes in.
	Inside, Cartons []string
}

// ndcSegments are the three shapes of a ten-digit number: labeler, product and
// package (21 CFR 207.33). Filled up to 5-4-2 they are one number of eleven
// digits.
var ndcSegments = [3][3]int{{4, 4, 2}, {5, 3, 2}, {5, 4, 1}}

// CanonicalNDC is the number as eleven digits, 5-4-2 with hyphens. It takes
// eleven digits with or without hyphens and ten digits with them; ten bare
// digits can be read in three ways and need Tables.NDC. It does not say whether
// the number exists.
func CanonicalNDC(s string) (string, bool) {
	labeler, rest, cut := strings.Cut(s, "-")
	if !cut {
		if len(s) != 11 || !allDigits(s) {
			return "", false
		}
		return s[:5] + "-" + s[5:9] + "-" + s[9:], true
	}
	product, unit, cut := strings.Cut(rest, "-")
	if !cut || !allDigits(labeler) || !allDigits(product) || !allDigits(unit) {
		return "", false
	}
	shape := [3]int{len(labeler), len(product), len(unit)}
	if shape == [3]int{5, 4, 2} {
		return s, true
	}
	if !slices.Contains(ndcSegments[:], shape) {
		return "", false
	}
	return zeros(labeler, 5) + "-" + zeros(product, 4) + "-" + zeros(unit, 2), true
}

func zeros(s string, n int) string { return strings.Repeat("0", n-len(s)) + s }

// NDC is the package of a number in any of its spellings. Ten bare digits are
// looked up in all three readings and found when exactly one of them is known.
func (t *Tables) NDC(s string) (NDC, bool) {
	if code, ok := CanonicalNDC(s); ok {
		n, ok := t.ndcs[code]
		return n, ok
	}
	if len(s) != 10 || !allDigits(s) {
		return NDC{}, false
	}
	var found []NDC // two readings may fill up to one number (69401-000-02, 69401-0000-2)
	for _, seg := range ndcSegments {
		a, b := seg[0], seg[0]+seg[1]
		code, _ := CanonicalNDC(s[:a] + "-" + s[a:b] + "-" + s[b:])
		if n, ok := t.ndcs[code]; ok && (len(found) == 0 || found[0].Code != code) {
			found = append(found, n)
		}
	}
	if len(found) != 1 {
		return NDC{}, false
	}
	return found[0], true
}

// GTIN is the package of a bar code's trade item number: 14 digits, of which
// ten are the NDC (GS1: 03 and the ten digits after the packaging level).
func (t *Tables) GTIN(s string) (NDC, bool) {
	if !isGTIN(s) {
		return NDC{}, false
	}
	if code, ok := t.byGTIN[s]; ok {
		return t.NDC(code)
	}
	if s[1:3] != "03" {
		return NDC{}, false
	}
	return t.NDC(s[3:13])
}

// isGTIN reports 14 digits whose last one checks the others (GS1 General
// Specifications 7.9: weights 3 and 1 in turn).
func isGTIN(s string) bool {
	if len(s) != 14 || !allDigits(s) {
		return false
	}
	sum := 0
	for i := range len(s) {
		weight := 1
		if i%2 == 0 {
			weight = 3
		}
		sum += weight * int(s[i]-'0')
	}
	return sum%10 == 0
}

func (t *Tables) takeNDC(s sheet) error {
	t.ndcs = make(map[string]NDC, len(s.rows))
	t.byGTIN = make(map[string]string, len(s.rows))
	var problems []error
	for i, r := range s.rows {
		n := NDC{
			Code: r[0], CVXs: strings.Fields(r[2]), MVXs: strings.Fields(r[3]),
			TradeName: r[4], Labeler: r[5], Packaging: r[6], GTIN: r[7],
			From: s.date(i, 8, &problems), To: s.date(i, 9, &problems),
			Use: r[1] == "use", Sale: r[1] == "sale",
		}
		n.CVX = t.oneOf(n.CVXs)
		if len(n.MVXs) == 1 {
			n.MVX = n.MVXs[0]
		}
		// A few cartons and the vial in them share one number: the row of the
		// carton comes first and lends its facts.
		if other, seen := t.ndcs[n.Code]; seen {
			other.Use, other.Sale = other.Use || n.Use, other.Sale || n.Sale
			n = other
		}
		t.ndcs[n.Code] = n
		if r[7] != "" {
			t.byGTIN[r[7]] = n.Code
		}
	}
	return errors.Join(problems...)
}

func (t *Tables) takeLinks(s sheet) error {
	for _, r := range s.rows {
		sale, use := t.ndcs[r[0]], t.ndcs[r[1]]
		if sale.Code == "" || use.Code == "" {
			continue // the lint names it
		}
		sale.Inside = append(sale.Inside, use.Code)
		use.Cartons = append(use.Cartons, sale.Code)
		t.ndcs[sale.Code], t.ndcs[use.Code] = sale, use
	}
	return nil
}

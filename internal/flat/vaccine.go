package flat

import (
	"slices"
	"strings"
	"sync"

	"openiis/internal/codeset"
	"openiis/internal/fold"
	"openiis/internal/iis"
)

// vaccines finds vaccines by their names.
type vaccines struct {
	codes *codeset.Tables
	exact map[string][]string // folded name: CVX codes that it may mean
	group map[string]string   // folded name of a group, or a word for it: the code that stands for it
	trade []string            // folded trade names
}

// words that people use for a kind of vaccine, with the code that stands for the
// kind when nobody says which (CVX, unspecified formulation).
var kinds = map[string]string{
	"flu": "88", "flu shot": "88", "flu vaccine": "88", "influenza": "88", "influenza vaccine": "88", "covid": "213", "covid 19": "213", "covid vaccine": "213",
	"hep a": "85", "hepatitis a": "85", "hep b": "45", "hepatitis b": "45", "hib": "17", "polio": "89", "rotavirus": "122", "rota": "122", "hpv": "137",
	"chickenpox": "21", "varicella": "21", "chicken pox": "21", "mmr": "03", "measles mumps rubella": "03", "measles mumps and rubella": "03", "mmrv": "94",
	"tdap": "115", "dtap": "107", "tetanus": "112", "pneumonia": "109", "pneumococcal": "109", "shingles": "188", "zoster": "188", "rabies": "90",
	"typhoid": "91", "yellow fever": "184", "rsv": "304", "men b": "164", "menb": "164", "meningitis": "108", "meningococcal": "108",
	"pcv13": "133", "pcv15": "215", "pcv20": "216", "pcv21": "327", "ppsv23": "33", "prevnar": "152",
}

var vaccineNames = sync.OnceValue(func() *vaccines {
	v := &vaccines{codes: codeset.Default(), exact: map[string][]string{}, group: map[string]string{}}
	add := func(name, cvx string) {
		if key := fold.Text(name); key != "" && !slices.Contains(v.exact[key], cvx) {
			v.exact[key] = append(v.exact[key], cvx)
		}
	}
	for n := 1; n < 1000; n++ {
		c, ok := v.codes.CVX(pad(n, 2))
		if !ok || c.CVX == codeset.NoVaccine || c.CVX == codeset.UnknownVaccine {
			continue
		}
		add(c.Short, c.CVX)
		add(c.Full, c.CVX)
		add(c.Plain(), c.CVX)
		for _, t := range v.codes.TradeNames(c.CVX, "") {
			add(t.Name, t.CVX)
			v.trade = append(v.trade, fold.Text(t.Name))
		}
	}
	for _, g := range v.codes.AllGroups() {
		v.group[fold.Text(g.Name)] = g.CVX
	}
	for word, cvx := range kinds {
		if _, known := v.codes.CVX(cvx); known {
			v.group[fold.Text(word)] = cvx
		}
	}
	return v
})

// named are the vaccines that a name may mean; the name of a kind is one, of which
// nothing more is known. A maker leaves those that it makes.
func (v *vaccines) named(name, mvx string) []string {
	for _, text := range readings(name) {
		key := fold.Text(text)
		if found := v.made(v.exact[key], mvx); len(found) > 0 {
			return found
		}
		if cvx, ok := v.group[key]; ok {
			return []string{cvx}
		}
		if found := v.made(v.begun(key), mvx); len(found) > 0 {
			return found
		}
	}
	return nil
}

// begun are the vaccines of products whose names begin so: FLUZONE is several.
func (v *vaccines) begun(key string) []string {
	var out []string
	for _, name := range v.trade {
		if len(key) < 5 || !strings.HasPrefix(name, key) {
			continue
		}
		for _, cvx := range v.exact[name] {
			if !slices.Contains(out, cvx) {
				out = append(out, cvx)
			}
		}
	}
	return out
}

// made are those of some codes that a maker's products have, of several; all when
// the maker is not known or makes none of them.
func (v *vaccines) made(cvxs []string, mvx string) []string {
	if len(cvxs) < 2 || mvx == "" {
		return cvxs
	}
	var out []string
	for _, c := range cvxs {
		if len(v.codes.TradeNames(c, mvx)) > 0 {
			out = append(out, c)
		}
	}
	if len(out) == 0 {
		return cvxs
	}
	return out
}

// makerOf is the only maker that has a product of a name; "" when there are several
// or none.
func (v *vaccines) makerOf(name string) string {
	for _, text := range readings(name) {
		only := ""
		for _, t := range v.codes.TradeName(strings.TrimSpace(text)) {
			if only != "" && t.MVX != only {
				return ""
			}
			only = t.MVX
		}
		if only != "" {
			return only
		}
	}
	return ""
}

// readings are a name whole, and with what is in brackets alone or taken out:
// MMR (M-M-R II).
func readings(name string) []string {
	out := []string{name}
	if open, end := strings.IndexByte(name, '('), strings.LastIndexByte(name, ')'); open >= 0 && end > open {
		out = append(out, name[open+1:end], name[:open]+name[end+1:])
	}
	return out
}

// What is wrong with a row's vaccine.
const (
	vaccineMissing  = "The row has a date and no vaccine. Give its CVX code, NDC, CPT code or name."
	vaccineUnknown  = "holds no vaccine that is known by its code or name. Give the CVX code."
	vaccineSeveral  = "may mean several vaccines. Give the CVX code or the NDC as well."
	vaccineConflict = "means another vaccine than the CVX code or NDC of the same row. Correct the one that is wrong."
	vaccineFee      = "holds the fee for giving a vaccine, or a visit, and no vaccine: the row was passed over."
)

// feeCodes are billing codes of giving a vaccine and of counselling, by their
// beginning (CPT 90460–90461, 90471–90474, 90480; HCPCS G0008–G0010; 0001A and on).
var feeCodes = []string{"90460", "90461", "90471", "90472", "90473", "90474", "90480", "G0008", "G0009", "G0010", "G0310", "G0311", "96381", "96380"}

func isFee(cpt string) bool {
	return slices.Contains(feeCodes, cpt) || len(cpt) == 5 && strings.HasPrefix(cpt, "0") && strings.HasSuffix(cpt, "A") && allDigits(cpt[:4]) ||
		len(cpt) == 5 && strings.HasPrefix(cpt, "99") && allDigits(cpt) // visits
}

// vaccine finds what a row says was given, by the best of its codes, and puts every
// code into the dose as it would be sent. It reports false for a row that is no dose.
func (r *rowReader) vaccine(d *iis.Dose) bool {
	v := vaccineNames()
	cvx, ndc, cpt, name := r.cell("cvx"), r.cell("ndc"), r.cell("cpt"), r.cell("vaccine")
	nameField := "vaccine"
	if cvx != "" && !isCVX(cvx) { // a name, or another code, stands in its column
		if name == "" {
			name, nameField = cvx, "cvx"
		}
		cvx = ""
	}
	if name != "" { // the other way round
		if field := codeInName(cvx, ndc, cpt, name); field != "" {
			*map[string]*string{"cvx": &cvx, "ndc": &ndc, "cpt": &cpt}[field], name = name, ""
			r.moved, r.from = field, nameField
		}
	}
	if cvx == "" && ndc == "" && cpt == "" && name == "" {
		return r.refuse("", "vaccine missing", vaccineMissing)
	}
	var agree []string // the codes of those before
	put := func(field string, meant []string, set func(string)) bool {
		switch {
		case len(meant) == 0:
			return len(agree) > 0 || r.refuse(field, "vaccine unknown", vaccineUnknown)
		case len(agree) > 0 && !sharesGroup(v.codes, agree, meant):
			return r.refuse(field, "vaccines differ", vaccineConflict)
		case len(agree) > 0:
			return true
		case len(meant) > 1:
			return r.refuse(field, "vaccine ambiguous", vaccineSeveral)
		}
		agree = meant
		set(meant[0])
		return true
	}
	if cvx != "" {
		code, _ := codeset.CanonicalCVX(cvx)
		if code == codeset.NoVaccine {
			return r.refuse("cvx", "vaccine unknown", vaccineUnknown)
		}
		agree, d.CVX = []string{code}, code // one that our list lacks is kept: lists grow
	}
	if ndc != "" && !r.ndc(v, d, ndc, put) {
		return false
	}
	switch code := cptCode(cpt); {
	case code == "":
	case isFee(code): // says nothing of the vaccine that something else names
		if len(agree) == 0 && d.NDC == "" && (name == "" || len(v.named(name, "")) == 0) {
			return r.passOver("cpt", "no vaccine", vaccineFee)
		}
	case !r.cpt(v, d, code, put):
		return false
	}
	if name != "" && (d.CVX != "" || d.NDC == "") {
		if d.MVX == "" {
			d.MVX = v.makerOf(name)
		}
		return put(nameField, v.named(name, d.MVX), func(c string) { d.CVX = first(d.CVX, c) })
	}
	return true
}

// ndc takes a package number. One that our list lacks is kept when nothing else
// names the vaccine: lists grow.
func (r *rowReader) ndc(v *vaccines, d *iis.Dose, ndc string, put func(string, []string, func(string)) bool) bool {
	if shortened.MatchString(ndc) {
		return r.refuse("ndc", "number shortened", numberShortened)
	}
	p, found := v.codes.NDC(ndc)
	if !found {
		if code, ok := codeset.CanonicalNDC(ndc); ok {
			d.NDC = code
			return true
		}
		return put("ndc", nil, nil)
	}
	d.NDC, d.MVX = p.Code, first(d.MVX, p.MVX)
	return put("ndc", p.CVXs, func(c string) { d.CVX = first(d.CVX, c) })
}

// cptCode is a billing code without its modifiers.
func cptCode(cell string) string {
	code := strings.ToUpper(strings.TrimSpace(cell))
	if len(code) > 5 {
		code = code[:5]
	}
	return code
}

// cpt takes the billing code of a vaccine.
func (r *rowReader) cpt(v *vaccines, d *iis.Dose, code string, put func(string, []string, func(string)) bool) bool {
	d.CPT = code
	var meant []string
	if c, ok := v.codes.CPT(code); ok {
		meant = []string{c}
	} else if many := v.codes.CPTChoices(code); len(many) > 0 {
		meant = many
	}
	return put("cpt", meant, func(c string) { d.CVX = first(d.CVX, c) })
}

func isCVX(s string) bool {
	_, ok := codeset.CanonicalCVX(s)
	return ok
}

// codeInName is the code that stands where a name should, of those that a row lacks:
// cvx, ndc, cpt, or "" for a name.
func codeInName(cvx, ndc, cpt, name string) string {
	switch _, isNDC := codeset.CanonicalNDC(name); {
	case isCVX(name) && cvx == "":
		return "cvx"
	case isNDC && ndc == "":
		return "ndc"
	case len(name) == 5 && allDigits(name) && cpt == "":
		return "cpt"
	}
	return ""
}

func sharesGroup(t *codeset.Tables, a, b []string) bool {
	for _, x := range a {
		for _, y := range b {
			if x == y || t.SharesGroup(x, y) {
				return true
			}
		}
	}
	return false
}

// first is the first of two texts that is not empty.
func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

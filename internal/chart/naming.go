package chart

import (
	"regexp"
	"slices"
	"strings"

	"openiis/internal/cdsi"
	"openiis/internal/iis"
)

// cvxCodes are the codes of vaccines in a sentence of the engine.
var cvxCodes = regexp.MustCompile(`(?:vaccine )?\bCVX (\d+(?: or \d+)*)`)

// named is a sentence of the engine with the names of vaccines for their codes. A
// code without a name stays.
func (r *reading) named(sentence string) string {
	return cvxCodes.ReplaceAllStringFunc(sentence, func(said string) string {
		var names []string
		for _, code := range strings.Split(cvxCodes.FindStringSubmatch(said)[1], " or ") {
			v, known := r.d.codes.CVX(code)
			if !known {
				return said
			}
			if name := v.Plain(); !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		return strings.Join(names, " or ")
	})
}

// recommended names the vaccines of a forecast: by what comes before the first
// comma of their names, where that tells them apart.
func (r *reading) recommended(cvx []string) []string {
	var names, heads []string
	for _, code := range cvx {
		name, _ := r.vaccine(&iis.Dose{CVX: code})
		head, _, _ := strings.Cut(name, ", ")
		if slices.Contains(names, name) {
			continue
		}
		if slices.Contains(heads, head) {
			heads = nil
		} else if heads != nil || names == nil {
			heads = append(heads, head)
		}
		names = append(names, name)
	}
	if heads != nil {
		return heads
	}
	return names
}

// shared reports a forecast by a series that ACIP leaves to clinician and patient.
func shared(f *cdsi.Forecast) bool {
	for i := range f.Series {
		if strings.Contains(strings.ToLower(f.Series[i].Series()), "shared clinical decision") {
			return true
		}
	}
	return false
}

package codeset

import (
	"regexp"
	"strings"
)

// What CDC's names of vaccines say for programs and not for people.
var (
	// covid is how the names of 2021 spell one disease; some say it twice.
	covid = regexp.MustCompile(`^(SARS-COV-2|COV-2) \(?COVID-19\)?`)
	// kindless ends a name that says only what the vaccine is against. It is one
	// thing in many spellings: ", unspecified formulation", " - Unspecified
	// formulation", ", UNSPECIFIED".
	kindless = regexp.MustCompile(`(?i)( vaccine)?( -|,)? ?\b(unspecified( formulation)?|all formulations)$`)
	// free is PF where it stands for a part of the name.
	free = regexp.MustCompile(`, PF\b`)
)

// Plain is the short name in words that a parent can read. The names are CDC's,
// so what no rule here knows stays as it is.
func (v Vaccine) Plain() string {
	name := covid.ReplaceAllString(v.Short, "COVID-19")
	name = kindless.ReplaceAllString(name, ", type not recorded")
	name = free.ReplaceAllString(name, ", preservative-free")
	name = strings.Replace(name, "mRNA, LNP-S", "mRNA", 1) // lipid nanoparticles: they tell no vaccine from another
	name = strings.ReplaceAll(name, "preservative free", "preservative-free")
	if name == "" {
		return ""
	}
	return strings.ToUpper(name[:1]) + name[1:]
}

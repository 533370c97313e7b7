package iz

import (
	"regexp"
	"strings"

	"openiis/internal/iis"
)

// guide is the code when the guide's value set of a table has it, else "".
func (w *writer) guide(table, code string) string {
	if e, ok := w.t.HL7(table, code); ok && e.Guide {
		return code
	}
	return ""
}

// coded is whichever triplet has a code of the guide's value set, as the
// components of CE in our spelling of the code system; nil when none has.
func (w *writer) coded(c iis.Coded, table, system string) []string {
	for _, code := range []string{c.Code, c.AltCode} {
		if e, ok := w.t.HL7(table, code); ok && e.Guide {
			return []string{code, textOf(c, code, e.Meaning), system}
		}
	}
	return nil
}

// textOf is the text that the source gave with a code, else our own.
func textOf(c iis.Coded, code, own string) string {
	switch {
	case c.Code == code && c.Text != "":
		return c.Text
	case c.AltCode == code && c.AltText != "":
		return c.AltText
	}
	return own
}

// triplets are code, text and system, twice.
func triplets(c iis.Coded) [2][3]string {
	return [2][3]string{{c.Code, c.Text, c.System}, {c.AltCode, c.AltText, c.AltSystem}}
}

// ce is a coded value as the components of CE: each triplet that has code and
// known code system. implied is the system of a code that was sent without a
// known one.
func ce(c iis.Coded, implied string) []string {
	var out []string
	for _, t := range triplets(c) {
		name := system(t[2])
		if name == "" && len(out) == 0 {
			name = implied
		}
		if t[0] != "" && name != "" {
			out = append(out, t[0], t[1], name)
		}
	}
	return out
}

// system is the name of a code system in table 0396, brought to its present
// spelling, or "" when the table has none.
func system(name string) string {
	if now, old := oldSystems[strings.ToUpper(name)]; old {
		return now
	}
	if tableSystem.MatchString(name) || strings.Contains(codeSystems, " "+name+" ") {
		return name
	}
	return ""
}

// tableSystem are the names that table 0396 describes: HL7's own tables and
// local systems.
var tableSystem = regexp.MustCompile(`^(HL7[0-9]{4}|99[A-Za-z0-9]+|L)$`)

// codeSystems are the names of table 0396 that concern us, between blanks.
const codeSystems = " C4 CDCA CDCM CDCOBS CDCPHINVS CDCREC CVX FDAUNII HCPCS I10 I10C I9 I9C I9CDX" +
	" ISO3166_1 ISO3166_2 ISO639 LN MVX NCIT NDC NIP001 NIP002 NIP004 NIP007 NIP008 NIP009 NIP010" +
	" NPI NULLFL PHDSCSOPT PHINQUESTION RXNORM SCT SCT2 SNM SNM3 UCUM USPS VIS cdcgs1vis "

// oldSystems are spellings that senders use for a system of table 0396.
var oldSystems = map[string]string{
	"CPT":       "C4",
	"LOINC":     "LN",
	"SCTID":     "SCT",
	"SNOMED":    "SCT",
	"SNOMED-CT": "SCT",
	"SNOMEDCT":  "SCT",
	"ISO6391":   "ISO639",
	"ISO6392":   "ISO639",
	"ISO639-1":  "ISO639",
	"ISO639-2":  "ISO639",
	"ISO 639-2": "ISO639",
	"HL70639":   "ISO639",
	"CDCGS1VIS": "cdcgs1vis",
}

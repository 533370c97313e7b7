package codeset

import (
	"fmt"
	"strings"
	"testing"

	"openiis/internal/is"
)

func TestNamesOfVaccinesAreForPeopleToRead(t *testing.T) {
	for cvx, want := range map[string]string{
		"213": "COVID-19, type not recorded",
		"513": "COVID-19 PS Non-US Vaccine (Anhui Zhifei Longcom, Zifivax)",
		"208": "COVID-19, mRNA, preservative-free, 30 mcg/0.3 mL dose",
		"107": "DTaP, type not recorded",
		"139": "Td(adult), type not recorded",
		"159": "Rho(D), type not recorded",
		"128": "Novel Influenza-H1N1-09, type not recorded",
		"314": "Respiratory syncytial virus (RSV), type not recorded",
		"140": "Influenza, split virus, trivalent, preservative-free",
		"144": "Influenza, seasonal, intradermal, preservative-free",
		"03":  "MMR",
		"167": "Meningococcal, unknown serogroups",
	} {
		v, ok := Default().CVX(cvx)
		is.Equal(t, cvx+" is known", ok, true)
		is.Equal(t, "name of "+cvx, v.Plain(), want)
	}
	for n := range 1000 {
		v, ok := Default().CVX(fmt.Sprintf("%02d", n))
		if name := v.Plain(); ok && (strings.Contains(name, "SARS-COV") || strings.Contains(name, "UNSPEC") || strings.HasSuffix(name, "PF")) {
			t.Errorf("CVX %02d reads %q", n, name)
		}
	}
}

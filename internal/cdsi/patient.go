package cdsi

import "openiis/internal/cal"

// Patient is everything about a person that the specification looks at (4.1).
type Patient struct {
	Born         cal.Date
	Sex          string   // F, M, X or U; anything else is U
	BirthCountry string   // ISO code or name; "" when not known
	Assessed     cal.Date // the assessment date: nothing later is looked at
	Doses        []Dose   // in any order
	Observations []Observed
}

// Dose is a vaccine dose administered.
type Dose struct {
	Date      cal.Date // None: absent or impossible, which is reported
	CVX       string
	MVX       string
	TradeName string
	Volume    float64  // mL; 0 when not known
	Expires   cal.Date // last day of the lot; the last of a month when only that is known (CALCDTLOTEXP-1)
	Condition bool     // a known condition, such as a recall or a break of the cold chain (6.1)
}

// Observed is an observation of a person by CDSi's code: a condition, an
// immunity, an adverse reaction. Engine.Codes finds the code of one that is
// coded otherwise.
type Observed struct {
	Code string
	Date cal.Date // None: not known; it then holds, but no interval runs from it
	// Unsure tells that nobody knows whether it holds. It then neither indicates
	// nor contraindicates, and the forecast says what to find out (Tables 5-4, 7-5).
	Unsure bool
}

// Options say how much is wanted.
type Options struct {
	Explain bool   // the trace of all that was looked at
	Group   string // only this vaccine group; "" for all
}

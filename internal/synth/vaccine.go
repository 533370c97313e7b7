package synth

import (
	"openiis/internal/cal"
	"openiis/internal/iis"
)

// Vaccine is a product that is, or was, on the market.
type Vaccine struct {
	CVX, Name  string
	MVX, Maker string // empty where only the kind of vaccine is known
	Route      iis.Coded
	Amount     string   // millilitres
	NDC        string   // of the unit of use; empty for products that left no number
	Since      cal.Date // from when vials bore that number
	VIS        []string // bar codes of editions of its information statement, the oldest first
}

var (
	intramuscular = iis.Coded{Code: "C28161", Text: "Intramuscular", System: "NCIT"}
	subcutaneous  = iis.Coded{Code: "C38299", Text: "Subcutaneous", System: "NCIT"}
	oral          = iis.Coded{Code: "C38288", Text: "Oral", System: "NCIT"}
)

const (
	glaxo  = "GlaxoSmithKline"
	merck  = "Merck and Co., Inc."
	sanofi = "Sanofi Pasteur"
	pfizer = "Pfizer, Inc"
)

// The products, held to our code sets by a test: CVX, MVX, NDC and VIS. Of
// those that NIST's value sets of 2018 know, the editions are those that these
// have too, so that what is made of them conforms.
var (
	multiPediatric = []string{"253088698300026411121116", "253088698300026411151105"}
	fluVIS         = []string{"253088698300010311120702", "253088698300010311150807"}
	covidVIS       = []string{"253088698300033211201201", "253088698300033211210501"}
	dtapVIS        = []string{"253088698300003511070517"}

	hepB     = &Vaccine{"08", "Hep B, adolescent or pediatric", "SKB", glaxo, intramuscular, "0.5", "58160-0820-43", cal.Of(2007, 5, 1), []string{"253088698300005911120202", "253088698300005911160720"}}
	dtap     = &Vaccine{"20", "DTaP", "SKB", glaxo, intramuscular, "0.5", "58160-0810-43", cal.Of(2009, 8, 1), dtapVIS}
	opv      = &Vaccine{"02", "OPV, trivalent", "LED", "Lederle", oral, "0.5", "", 0, nil}
	ipv      = &Vaccine{"10", "IPV", "PMC", sanofi, subcutaneous, "0.5", "49281-0860-78", cal.Of(1991, 1, 1), []string{"253088698300017211111108", "253088698300017211160720"}}
	hib      = &Vaccine{"49", "Hib (PRP-OMP)", "MSD", merck, intramuscular, "0.5", "00006-4897-01", cal.Of(1990, 1, 1), []string{"253088698300006611140204", "253088698300006611150402"}}
	pediarix = &Vaccine{"110", "DTaP-Hep B-IPV", "SKB", glaxo, intramuscular, "0.5", "58160-0811-43", cal.Of(2009, 8, 1), multiPediatric}
	pentacel = &Vaccine{"120", "DTaP-Hib-IPV", "PMC", sanofi, intramuscular, "0.5", "49281-0560-05", cal.Of(2008, 7, 1), multiPediatric}
	vaxelis  = &Vaccine{"146", "DTaP,IPV,Hib,HepB", "MSP", "MSP Vaccine Company - (partnership Merck and Sanofi Pasteur)", intramuscular, "0.5", "63361-0243-88", cal.Of(2020, 11, 1), []string{"253088698300026411200401", "253088698300026411230724"}}
	rota1    = &Vaccine{"119", "rotavirus, monovalent", "SKB", glaxo, oral, "1.5", "58160-0740-02", cal.Of(2023, 2, 1), []string{"253088698300019611130826", "253088698300019611150415"}}
	rota5    = &Vaccine{"116", "rotavirus, pentavalent", "MSD", merck, oral, "2.0", "00006-4047-01", cal.Of(2006, 3, 1), []string{"253088698300019611130826", "253088698300019611150415"}}
	pcv7     = &Vaccine{"100", "pneumococcal conjugate PCV 7", "WAL", "Wyeth", intramuscular, "0.5", "00005-1970-49", cal.Of(2000, 3, 1), nil}
	pcv13    = &Vaccine{"133", "Pneumococcal conjugate PCV 13", "PFR", pfizer, intramuscular, "0.5", "00005-1971-01", cal.Of(2010, 4, 1), []string{"253088698300015811130227", "253088698300015811151105"}}
	pcv20    = &Vaccine{"216", "Pneumococcal conjugate PCV20, polysaccharide CRM197 conjugate, adjuvant, PF", "PFR", pfizer, intramuscular, "0.5", "00005-2000-01", cal.Of(2021, 9, 1), []string{"253088698300049311220204", "253088698300049311230512"}}
	mmr      = &Vaccine{"03", "MMR", "MSD", merck, subcutaneous, "0.5", "00006-4681-01", cal.Of(1990, 1, 1), []string{"253088698300012711120420", "253088698300012711180212"}}
	chicken  = &Vaccine{"21", "varicella", "MSD", merck, subcutaneous, "0.5", "00006-4827-01", cal.Of(1995, 4, 1), []string{"253088698300024011080313", "253088698300024011180212"}}
	mmrv     = &Vaccine{"94", "MMRV", "MSD", merck, subcutaneous, "0.5", "00006-4171-01", cal.Of(2015, 9, 1), []string{"253088698300013411100521", "253088698300013411180212"}}
	hepA     = &Vaccine{"83", "Hep A, ped/adol, 2 dose", "SKB", glaxo, intramuscular, "0.5", "58160-0825-43", cal.Of(2007, 3, 1), []string{"253088698300004211111025", "253088698300004211160720"}}
	dtapIPV  = &Vaccine{"130", "DTaP-IPV", "SKB", glaxo, intramuscular, "0.5", "58160-0812-43", cal.Of(2008, 8, 1), dtapVIS}
	tdap     = &Vaccine{"115", "Tdap", "PMC", sanofi, intramuscular, "0.5", "49281-0400-89", cal.Of(2005, 7, 1), []string{"253088698300027111130509", "253088698300027111150224"}}
	hpv4     = &Vaccine{"62", "HPV, quadrivalent", "MSD", merck, intramuscular, "0.5", "00006-4045-01", cal.Of(2006, 7, 1), []string{"253088698300008011120222", "253088698300008011130517"}}
	hpv9     = &Vaccine{"165", "HPV9", "MSD", merck, intramuscular, "0.5", "00006-4119-01", cal.Of(2015, 1, 1), []string{"253088698300029511150415", "253088698300029511161202"}}
	menactra = &Vaccine{"114", "meningococcal MCV4P", "PMC", sanofi, intramuscular, "0.5", "49281-0589-58", cal.Of(2005, 2, 1), []string{"253088698300014111111014", "253088698300014111160331"}}
	menveo   = &Vaccine{"136", "Meningococcal MCV4O", "SKB", glaxo, intramuscular, "0.5", "58160-0958-01", cal.Of(2017, 3, 1), []string{"253088698300014111111014", "253088698300014111160331"}}
	menquad  = &Vaccine{"203", "meningococcal conjugate quadrivalent, MenACWY-TT (MCV4)", "PMC", sanofi, intramuscular, "0.5", "49281-0590-58", cal.Of(2020, 5, 1), []string{"253088698300014111190815", "253088698300014111210806"}}
	menB     = &Vaccine{"162", "meningococcal B, recombinant", "PFR", pfizer, intramuscular, "0.5", "00005-0100-01", cal.Of(2014, 12, 1), []string{"253088698300030111150814", "253088698300030111160809"}}
	td       = &Vaccine{"113", "Td (adult), 5 Lf tetanus toxoid, preservative free, adsorbed", "PMC", sanofi, intramuscular, "0.5", "49281-0215-58", cal.Of(2011, 1, 1), []string{"253088698300028811150224", "253088698300028811170411"}}
	zostavax = &Vaccine{"121", "zoster live", "MSD", merck, subcutaneous, "0.65", "00006-4963-01", cal.Of(2006, 6, 1), []string{"253088698300020211091006", "253088698300020211180212"}}
	zoster   = &Vaccine{"187", "zoster recombinant", "SKB", glaxo, intramuscular, "0.5", "58160-0828-03", cal.Of(2017, 11, 1), []string{"253088698300032511180212"}}
	ppsv     = &Vaccine{"33", "pneumococcal polysaccharide PPV23", "MSD", merck, intramuscular, "0.5", "00006-4943-01", cal.Of(1990, 1, 1), []string{"253088698300016511091006", "253088698300016511150424"}}
	rsv      = &Vaccine{"303", "RSV, recombinant, protein subunit RSVpreF, adjuvant reconstituted, 0.5 mL, PF", "SKB", glaxo, intramuscular, "0.5", "58160-0723-03", cal.Of(2023, 6, 1), []string{"253088698300060811230724"}}

	covidP  = &Vaccine{"208", "COVID-19, mRNA, LNP-S, PF, 30 mcg/0.3 mL dose", "PFR", pfizer, intramuscular, "0.3", "59267-1000-01", cal.Of(2020, 12, 12), covidVIS}
	covidM  = &Vaccine{"207", "COVID-19, mRNA, LNP-S, PF, 100 mcg/0.5mL dose or 50 mcg/0.25mL dose", "MOD", moderna, intramuscular, "0.5", "80777-0273-10", cal.Of(2020, 12, 18), nil}
	covidB  = &Vaccine{"300", "COVID-19, mRNA, LNP-S, bivalent, PF, 30 mcg/0.3 mL dose", "PFR", pfizer, intramuscular, "0.3", "59267-0304-01", cal.Of(2022, 9, 1), nil}
	covid23 = &Vaccine{"309", covidTris, "PFR", pfizer, intramuscular, "0.3", "00069-2392-01", cal.Of(2023, 9, 11), covid309VIS}
	covid24 = &Vaccine{"309", covidTris, "PFR", pfizer, intramuscular, "0.3", "00069-2432-01", cal.Of(2024, 8, 22), covid309VIS}
	covid25 = &Vaccine{"309", covidTris, "PFR", pfizer, intramuscular, "0.3", "00069-2528-01", cal.Of(2025, 8, 27), covid309VIS}
	spike23 = &Vaccine{"312", covidFifty, "MOD", moderna, intramuscular, "0.5", "80777-0102-04", cal.Of(2023, 9, 11), nil}
	spike24 = &Vaccine{"312", covidFifty, "MOD", moderna, intramuscular, "0.5", "80777-0110-01", cal.Of(2024, 8, 22), nil}
	spike25 = &Vaccine{"312", covidFifty, "MOD", moderna, intramuscular, "0.5", "80777-0112-01", cal.Of(2025, 8, 27), nil}

	covid309VIS = []string{"253088698300063911231019", "253088698300063911241017"}
)

const (
	moderna    = "Moderna US, Inc."
	covidTris  = "COVID-19, mRNA, LNP-S, PF, tris-sucrose, 30 mcg/0.3 mL"
	covidFifty = "COVID-19, mRNA, LNP-S, PF, 50 mcg/0.5 mL"

	trivalent    = "Influenza, split virus, trivalent, PF"
	quadrivalent = "Influenza, split virus, quadrivalent, PF"
	highThree    = "Influenza, high-dose, trivalent, PF"
	highFour     = "Influenza, high-dose, quadrivalent, PF"
)

// firstSeason is the autumn of fluSeasons[0].
const firstSeason = 2008

// fluSeasons are the influenza vaccines of each autumn: for most, and for those
// of 65 and above.
var fluSeasons = [...][2]*Vaccine{
	{flu(2008, "140", trivalent, ""), flu(2008, "140", trivalent, "")},
	{flu(2009, "140", trivalent, ""), flu(2009, "140", trivalent, "")},
	{flu(2010, "140", trivalent, ""), high(2010, "135", highThree, "")},
	{flu(2011, "140", trivalent, ""), high(2011, "135", highThree, "")},
	{flu(2012, "140", trivalent, "58160-0879-41"), high(2012, "135", highThree, "")},
	{flu(2013, "150", quadrivalent, "58160-0900-41"), high(2013, "135", highThree, "49281-0393-88")},
	{flu(2014, "150", quadrivalent, "58160-0901-41"), high(2014, "135", highThree, "49281-0395-88")},
	{flu(2015, "150", quadrivalent, "58160-0903-41"), high(2015, "135", highThree, "49281-0397-88")},
	{flu(2016, "150", quadrivalent, "58160-0905-41"), high(2016, "135", highThree, "49281-0399-88")},
	{flu(2017, "150", quadrivalent, "58160-0907-41"), high(2017, "135", highThree, "49281-0401-88")},
	{flu(2018, "150", quadrivalent, "58160-0898-41"), high(2018, "135", highThree, "49281-0403-88")},
	{flu(2019, "150", quadrivalent, "58160-0896-41"), high(2019, "135", highThree, "49281-0405-88")},
	{flu(2020, "150", quadrivalent, "58160-0885-41"), high(2020, "197", highFour, "")},
	{flu(2021, "150", quadrivalent, "58160-0887-41"), high(2021, "197", highFour, "49281-0121-88")},
	{flu(2022, "150", quadrivalent, "58160-0890-41"), high(2022, "197", highFour, "49281-0122-88")},
	{flu(2023, "150", quadrivalent, "58160-0909-41"), high(2023, "197", highFour, "49281-0123-88")},
	{flu(2024, "140", trivalent, "58160-0884-41"), high(2024, "135", highThree, "49281-0124-88")},
	{flu(2025, "140", trivalent, "58160-0912-41"), high(2025, "135", highThree, "49281-0125-88")},
	{flu(2026, "140", trivalent, ""), high(2026, "135", highThree, "")}, // and of every later autumn
}

func flu(year int, cvx, name, ndc string) *Vaccine {
	return &Vaccine{cvx, name, "SKB", glaxo, intramuscular, "0.5", ndc, cal.Of(year, 8, 1), fluVIS}
}

func high(year int, cvx, name, ndc string) *Vaccine {
	amount, vis := "0.5", fluVIS
	if cvx == "197" {
		amount, vis = "0.7", []string{"253088698300010311190815", "253088698300010311210806"}
	}
	return &Vaccine{cvx, name, "PMC", sanofi, intramuscular, amount, ndc, cal.Of(year, 8, 1), vis}
}

// vague is how a vaccine is put down by those who only heard of it: by its
// kind.
var vague = map[string]*Vaccine{
	"20": {CVX: "107", Name: "DTaP, unspecified formulation"}, "10": {CVX: "89", Name: "polio, unspecified formulation"},
	"02": {CVX: "89", Name: "polio, unspecified formulation"}, "49": {CVX: "17", Name: "Hib, unspecified formulation"},
	"08": {CVX: "45", Name: "Hep B, unspecified formulation"}, "140": {CVX: "88", Name: "influenza, unspecified formulation"},
	"150": {CVX: "88", Name: "influenza, unspecified formulation"}, "135": {CVX: "88", Name: "influenza, unspecified formulation"},
	"100": {CVX: "152", Name: "Pneumococcal Conjugate, unspecified formulation"},
	"133": {CVX: "152", Name: "Pneumococcal Conjugate, unspecified formulation"},
	"116": {CVX: "122", Name: "rotavirus, unspecified formulation"}, "119": {CVX: "122", Name: "rotavirus, unspecified formulation"},
	"113": {CVX: "139", Name: "Td(adult) unspecified formulation"}, "208": {CVX: "213", Name: "SARS-COV-2 (COVID-19) vaccine, UNSPECIFIED"},
	"207": {CVX: "213", Name: "SARS-COV-2 (COVID-19) vaccine, UNSPECIFIED"},
}

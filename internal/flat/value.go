package flat

import (
	"regexp"
	"strings"

	"openiis/internal/codeset"
	"openiis/internal/fold"
	"openiis/internal/iis"
)

// shortened is a long number as a spreadsheet shows it, whose digits are lost.
var shortened = regexp.MustCompile(`(?i)^\d(\.\d+)?E\+\d+$`)

const numberShortened = "was shortened by the spreadsheet (as in 5.8E+10). Format the column as text and export it again."

// words are the spellings of a code, folded, by code.
type words map[string]string

func wordsOf(list ...string) words { // code, then its spellings, separated by semicolons
	out := words{}
	for i := 0; i+1 < len(list); i += 2 {
		for _, w := range strings.Split(list[i+1], ";") {
			out[fold.Text(w)] = list[i]
		}
		out[fold.Text(list[i])] = list[i]
	}
	return out
}

var (
	sexes = wordsOf("F", "female;woman;girl;fem", "M", "male;man;boy", "X", "nonbinary;non binary;other;o;nb;non-binary", "U", "unknown;unk;not known;undetermined")

	yesNo = wordsOf("Y", "yes;true;1;t", "N", "no;false;0;f")

	ethnicities = wordsOf("2135-2", "hispanic;hispanic or latino;latino;latina;latinx;h;y;yes;hisp;hispanic latino;hispanic/latino", "2186-5", "not hispanic;non hispanic;nonhispanic;not hispanic or latino;non hispanic or latino;nh;n;no;non-hispanic")

	races = wordsOf("1002-5", "american indian or alaska native;american indian;native american;alaska native;ai/an;aian;i;indian american;ai", "2028-9", "asian;a", "2054-5", "black or african american;black;african american;b;aa;black/african american",
		"2076-8", "native hawaiian or other pacific islander;pacific islander;native hawaiian;hawaiian;nhopi;p;nh/pi;nhpi", "2106-3", "white;caucasian;w;c", "2131-1", "other race;other;o;multiracial;multi;mixed;more than one;two or more races;multiple")

	// silent are values that say nothing.
	silent = wordsOf("-", "unknown;unk;u;n/a;na;none;declined;refused;null;not specified;not reported;decline to answer;patient declined;prefer not to say;declined to specify;?;unspecified;blank;not available")

	languages = wordsOf("eng", "english;en", "spa", "spanish;es;espanol", "por", "portuguese;pt", "hmn", "hmong", "som", "somali;so", "vie", "vietnamese;vi", "zho", "chinese;mandarin;cantonese;zh;chi", "fra", "french;fr;fre", "ara", "arabic;ar", "hat", "haitian creole;haitian;creole;ht", "rus", "russian;ru", "kor", "korean;ko", "khm", "khmer;cambodian;km")

	relations = wordsOf("MTH", "mother;mom;m", "FTH", "father;dad;f", "PAR", "parent;p", "GRD", "guardian;legal guardian;g", "GRP", "grandparent;grandmother;grandfather", "SPO", "spouse;wife;husband", "SEL", "self", "FCH", "foster child", "CGV", "caregiver;foster parent", "OTH", "other", "BRO", "brother", "SIS", "sister", "SIB", "sibling")

	sources = wordsOf("00", "administered;given;given here;new;here;in house;in-house;new immunization record;0;a;admin;administered here;new administration;new record", "01", "historical;history;h;hx;outside;elsewhere;hist;external;transcribed;reported;not given here;historical record;other source;imported",
		"02", "other provider;historical other provider", "03", "parent's written record;parents written record;written record", "04", "parent's recall;parents recall;recall;patient reported;parent reported", "05", "other registry;registry;iis", "06", "birth certificate", "07", "school record;school", "08", "public agency")

	completions = wordsOf("CP", "complete;completed;given;administered;done;yes;y;final;paid;billed;active;posted", "RE", "refused;declined;refusal;refuse;patient refused;parent refused;parental decision", "NA", "not administered;not given;not done;cancelled;canceled;ordered;pending;scheduled;no;n;due;deferred", "PA", "partial;partially administered;partly given",
		"void", "voided;deleted;delete;entered in error;error;reversed;reversal;void;remove;removed")

	refusalReasons = wordsOf("00", "parental decision;parent decision;parent refused;parent;parental", "01", "religious;religious exemption;religion", "02", "other", "03", "patient decision;patient refused;patient")

	eligible = wordsOf("V01", "not eligible;not vfc eligible;private;private insurance;insured;no;n;not vfc;privately insured;commercial;non vfc;ineligible;not vfc-eligible", "V02", "medicaid;vfc medicaid;vfc eligible - medicaid;vfc eligible medicaid;medicaid/medicaid managed care;vfc eligible-medicaid/medicaid managed care;medical assistance",
		"V03", "uninsured;no insurance;vfc uninsured;self pay;vfc eligible - uninsured;vfc eligible-uninsured", "V04", "american indian/alaskan native;american indian/alaska native;ai/an;american indian;native american;alaska native;vfc eligible-american indian/alaskan native", "V05", "underinsured;fqhc;fqhc underinsured;vfc eligible-federally qualified health center patient (under-insured);under-insured", "V22", "chip;s-chip;schip", "V23", "317", "V24", "medicare", "V25", "state;state program;state eligible")

	fundings = wordsOf("PHC70", "private;private stock;private funds;prv;privately purchased", "VXC50", "public;public stock;pub;publicly purchased", "VXC51", "vfc;public vfc;federal vfc;vfc stock", "VXC52", "public non vfc;public non-vfc;state;317;state funds")

	makers = wordsOf("MSD", "merck;merck & co;merck and co;merck sharp & dohme", "PMC", "sanofi;sanofi pasteur;sanofi pasteur inc;aventis pasteur;aventis", "SKB", "gsk;glaxo;glaxosmithkline;glaxo smith kline;smithkline;smithkline beecham", "PFR", "pfizer;pfizer biontech;pfizer inc;pfizer-biontech", "MOD", "moderna;moderna us", "SEQ", "seqirus;csl seqirus;csl", "WAL", "wyeth", "MED", "medimmune", "ASZ", "astrazeneca;astra zeneca", "NVX", "novavax", "DVX", "dynavax", "MBL", "massbiologics;mass biologics", "JSN", "janssen;johnson & johnson;j&j", "MIP", "emergent;emergent biosolutions", "VAL", "valneva", "BN", "bavarian nordic", "GRF", "grifols", "MSP", "msp;msp vaccine company")

	unitWords = wordsOf("mL", "ml;cc;milliliter;milliliters;mls;millilitre", "{dose}", "dose;doses;each;ea;unit;units", "mg", "mg;milligram", "ug", "ug;mcg;microgram")

	routeWords = wordsOf("C28161", "im;intramuscular;intramuscularly;i.m.", "C38299", "sc;sq;subq;subcut;subcutaneous;subcutaneously;s.c.;sub-q;sub q", "C38238", "id;intradermal", "C38284", "in;nasal;intranasal;ns;nas", "C38288", "po;oral;orally;by mouth;p.o.", "C38676", "perc;percutaneous", "C38276", "iv;intravenous", "C38305", "td;transdermal")

	siteWords = wordsOf("LA", "left arm;l arm;lt arm;lua;left upper arm;arm left;arm, left", "RA", "right arm;r arm;rt arm;rua;right upper arm;arm right;arm, right", "LD", "left deltoid;l deltoid;lt deltoid;deltoid left;ldelt;deltoid, left;deltoid - left", "RD", "right deltoid;r deltoid;rt deltoid;deltoid right;rdelt;deltoid, right;deltoid - right", "LT", "left thigh;l thigh;lt thigh;thigh left;thigh, left;left anterolateral thigh", "RT", "right thigh;r thigh;rt thigh;thigh right;thigh, right;right anterolateral thigh",
		"LVL", "left vastus lateralis;l vastus lateralis;vastus lateralis left;lvl", "RVL", "right vastus lateralis;r vastus lateralis;vastus lateralis right;rvl", "LG", "left gluteus medius;left gluteus;left gluteal;left buttock", "RG", "right gluteus medius;right gluteus;right gluteal;right buttock", "LLFA", "left lower forearm;left forearm", "RLFA", "right lower forearm;right forearm")
)

// of is the code that a value spells; "" when it spells none.
func (w words) of(value string) string { return w[fold.Text(value)] }

// entry is a code of a table with what it means.
func entry(table, code, system string) iis.Coded {
	e, _ := codeset.Default().HL7(table, code)
	return iis.Coded{Code: code, Text: e.Meaning, System: system}
}

// telephone takes a number of ten digits apart; false for what is none.
func telephone(value string) (iis.Telecom, bool) {
	value, extension, _ := strings.Cut(strings.ToLower(value), "x")
	d := digitsOf(value)
	if len(d) == 11 && d[0] == '1' {
		d = d[1:]
	}
	if len(d) != 10 || d[0] < '2' || strings.Count(d, d[:1]) == 10 {
		return iis.Telecom{}, false
	}
	return iis.Telecom{Use: "PRN", Equipment: "PH", Area: d[:3], Local: d[3:], Extension: digitsOf(extension)}, true
}

func digitsOf(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if s[i] >= '0' && s[i] <= '9' {
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// zipCode is a ZIP code, whose first zero a spreadsheet may have dropped.
func zipCode(value string) (string, bool) {
	whole, _, _ := strings.Cut(value, ".") // 2139.0
	d := digitsOf(whole)
	switch len(d) {
	case 4:
		return "0" + d, true
	case 5:
		return d, true
	case 8:
		return "0" + d[:4] + "-" + d[4:], true
	case 9:
		return d[:5] + "-" + d[5:], true
	}
	return "", false
}

// cityStateZip is the end of an address in one cell: Springfield, MA 01101.
var cityStateZip = regexp.MustCompile(`^(?:(.*?)[,\s]+)?([A-Za-z]{2})[,.\s]+(\d{5}(?:-?\d{4})?)(?:,?\s*USA?)?$`)

// place takes an address in one cell apart, as far as its end tells; what cannot be
// told apart stays in the street.
func place(value string) iis.Address {
	value = strings.Join(strings.Fields(strings.NewReplacer("\r\n", ", ", "\n", ", ", "\r", ", ").Replace(value)), " ")
	m := cityStateZip.FindStringSubmatch(value)
	if m == nil {
		return iis.Address{Street: value}
	}
	a := iis.Address{State: strings.ToUpper(m[2])}
	a.Zip, _ = zipCode(m[3])
	before := strings.Split(m[1], ",")
	a.City = strings.TrimSpace(before[len(before)-1])
	if len(before) > 1 {
		a.Street = strings.TrimSpace(before[0])
		a.Street2 = strings.TrimSpace(strings.Join(before[1:len(before)-1], ","))
	}
	return a
}

// fullName takes a name in one cell apart: Marsh, Juniper Rose, or Juniper Marsh.
// A name of three words and more without a comma can be cut in several ways: false.
func fullName(value string) (iis.Name, bool) {
	if last, given, comma := strings.Cut(value, ","); comma {
		family, suffix := withoutSuffix(strings.TrimSpace(last))
		given, after, more := strings.Cut(given, ",") // Marsh, Juniper, Jr
		if more {
			suffix = strings.TrimSpace(after)
		}
		w := strings.Fields(given)
		if family == "" || len(w) == 0 {
			return iis.Name{}, false
		}
		return iis.Name{Family: family, Given: w[0], Middle: strings.Join(w[1:], " "), Suffix: suffix, Type: "L"}, true
	}
	rest, suffix := withoutSuffix(value)
	w := strings.Fields(rest)
	if len(w) == 3 && len(strings.Trim(w[1], ".")) == 1 {
		return iis.Name{Family: w[2], Given: w[0], Middle: strings.Trim(w[1], "."), Suffix: suffix, Type: "L"}, true
	}
	if len(w) != 2 {
		return iis.Name{}, false
	}
	return iis.Name{Family: w[1], Given: w[0], Suffix: suffix, Type: "L"}, true
}

// withoutSuffix takes Jr, Sr, II, III and IV off the end of a name.
func withoutSuffix(name string) (rest, suffix string) {
	w := strings.Fields(name)
	if len(w) < 2 {
		return name, ""
	}
	switch last := strings.ToUpper(strings.Trim(w[len(w)-1], ".")); last {
	case "JR", "SR", "II", "III", "IV":
		return strings.Join(w[:len(w)-1], " "), w[len(w)-1]
	}
	return name, ""
}

// providerNamed takes the name of whoever gave a dose apart, without degrees.
func providerNamed(value string) iis.Provider {
	var p iis.Provider
	family, given, comma := strings.Cut(value, ",")
	if comma && !isDegree(given) {
		w := withoutDegrees(strings.Fields(strings.ReplaceAll(given, ",", " ")))
		p.Family, p.Given = strings.TrimSpace(family), strings.Join(w, " ")
	} else {
		w := withoutDegrees(strings.Fields(family))
		if n := len(w); n > 0 {
			p.Family, p.Given = w[n-1], strings.Join(w[:n-1], " ")
		}
	}
	if p.Family != "" || p.Given != "" {
		p.NameType = "L"
	}
	return p
}

func isDegree(s string) bool {
	switch strings.ToUpper(strings.NewReplacer(".", "", " ", "", ",", "").Replace(s)) {
	case "MD", "DO", "RN", "LPN", "NP", "PA", "CMA", "MA", "CNA", "APRN", "PHARMD", "FNP", "DNP", "BSN", "PAC", "PA-C", "RPH", "CRNP", "DR":
		return true
	}
	return false
}

func withoutDegrees(list []string) []string {
	var out []string
	for _, w := range list {
		if !isDegree(w) {
			out = append(out, w)
		}
	}
	return out
}

// quantity is an amount with the unit that stands behind it: 0.5 mL.
var quantity = regexp.MustCompile(`^(\d{0,4}(?:\.\d+)?)\s*([A-Za-z]*)\.?$`)

package dedupe

// Verdict is the answer for two reports.
type Verdict string

// The verdicts.
const (
	Same      Verdict = "same"
	Different Verdict = "different"
	Review    Verdict = "review" // counted as two until a person has looked
)

// rule is one of the ordered rules: what it says of two reports that it fits.
type rule struct {
	name    string // as it is stored with a dose and a receipt
	of      string // the rule of the guide (MIROW 2006 as implemented and extended)
	verdict Verdict
	say     string // why, as a sentence for people
	fits    func(p *pair) bool
	clear   bool // only if no other shot was given between
}

// The rules, in their order: the first that fits decides. The reports have a
// vaccine, or a part of one, in common and are no further apart than the window.
// Same day first, then up to four days, then the rest of the window. The last is of
// those that are further apart, by day and month exchanged.
var rules = [...]rule{
	{"reported twice by one sender", "R1", Same, "One sender reported the same vaccine of the same day twice.",
		func(p *pair) bool { return p.gap == 0 && p.oneSender && p.how == equal && p.lotsAgree() }, false},
	{"two lots, one day, one site", "R1", Review, "One site says that it gave this vaccine on this day from two lots.",
		func(p *pair) bool { return p.gap == 0 && p.oneSender && p.how == equal && p.given == 2 }, false},
	{"two codes, one day, one site", "R1", Same, "One site reports it twice as given on this day, once by a code that says less, and not both name a lot.",
		func(p *pair) bool {
			return p.gap == 0 && p.oneSender && p.given == 2 && p.fitting() && p.lots == lotsUnknown
		}, false},
	{"general and particular code, one day", "R4", Same, "Two reports say that it was given on this day, one by the general code of the vaccine and one by that of a product, and not both name a lot.",
		func(p *pair) bool { return p.gap == 0 && p.given == 2 && p.general && p.lots == lotsUnknown }, false},
	{"held apart by who gave both", "R5", Different, "One site gave both, and reports them as two vaccines.",
		func(p *pair) bool {
			return p.gap == 0 && p.oneSender && p.given == 2 && (p.how == holds || p.how == crosses)
		}, false},
	{"combination and another lot", "R5", Different, "One vaccine holds the other, and their lots differ: they are two products.",
		func(p *pair) bool { return p.gap == 0 && (p.how == holds || p.how == crosses) && p.lots == lotsDiffer }, false},
	{"given and known, one day", "R2", Same, "Given on this day by one who reports it, and known of by another: the vaccines agree.",
		func(p *pair) bool { return p.gap == 0 && p.given == 1 && p.how <= alike && p.lotsAgreeOrTypo() }, false},
	{"known of, one day", "R3", Same, "Two who know of it name the same day, and vaccines that agree.",
		func(p *pair) bool { return p.gap == 0 && p.given == 0 && p.how <= unspecific && p.lotsAgree() }, false},
	{"one lot, one day", "R4", Same, "Two reports say that it was given, on the same day and of the same lot.",
		func(p *pair) bool {
			return p.gap == 0 && p.given == 2 && p.lots == lotsSame && p.how != crosses
		}, false},
	{"given by two, one day", "R4", Same, "Two sites report the same vaccine of the same day as given, and not both name a lot.",
		func(p *pair) bool { return p.gap == 0 && p.given == 2 && p.fitting() && p.lots == lotsUnknown }, false},
	{"combination and its part", "R5", Same, "The same day, and one vaccine holds what the other does: the combination stands for both.",
		func(p *pair) bool {
			return p.gap == 0 && p.given < 2 && (p.how == alike || p.how == holds) && p.lotsAgreeOrTypo()
		}, false},
	{"lots differ, one day", "R9", Review, "Two reports of the same day name different lots: they may be two shots, or one lot is mistyped.",
		func(p *pair) bool { return p.gap == 0 && p.how <= alike && p.lots != lotsUnknown && p.lots != lotsSame }, false},
	{"vaccines differ, one day", "R4", Review, "Two reports of the same day name different vaccines against one disease.",
		func(p *pair) bool { return p.gap == 0 }, false},

	{"one sender, days apart", "R8", Review, "One sender reports both, on different days and too close for two doses: one of the days may be wrong.",
		func(p *pair) bool {
			return p.oneSender && (p.how == equal && p.lots == lotsSame || p.gap <= near && p.how <= unspecific && p.lotsAgreeOrTypo())
		}, false},
	{"one lot, days apart", "R8", Same, "The same vaccine of the same lot, a few days apart, which is too close for two doses: one of the days is wrong.",
		func(p *pair) bool { return p.gap <= near && p.how == equal && p.lots == lotsSame }, false},
	{"one lot, more days apart", "R8", Review, "The same vaccine of the same lot, more than four days apart and too close for two doses: one of the days may be wrong.",
		func(p *pair) bool { return p.how == equal && p.lots == lotsSame }, false},
	{"given and known, days apart", "R6", Same, "Given by one who reports it, and known of by another with a day that is up to four days off.",
		func(p *pair) bool {
			return p.gap <= near && p.given == 1 && p.how <= unspecific && p.lotsAgreeOrTypo()
		}, true},
	{"two lots, days apart, both given", "R9", Review, "Both are reported as given, a few days apart, which is too close for two doses, and name different lots: one of the days or lots may be wrong.",
		func(p *pair) bool { return p.gap <= near && p.given == 2 && p.fitting() && p.lots != lotsUnknown }, false},
	{"lots differ, days apart", "R9", Different, "They are on different days and of different lots.",
		func(p *pair) bool { return p.lots == lotsDiffer || p.lots == lotsTypo }, false},
	{"known of, days apart, school", "R7", Review, "Two who know of it name days up to four days apart. Schools ask for this vaccine, so that someone should look.",
		func(p *pair) bool { return p.gap <= near && p.given == 0 && p.how <= unspecific && p.school }, false},
	{"known of, days apart", "R7", Same, "Two who know of it name days up to four days apart.",
		func(p *pair) bool { return p.gap <= near && p.given == 0 && p.how <= unspecific }, false},
	{"given by two, days apart", "R6", Review, "Both are reported as given, a few days apart, which is too close for two doses.",
		func(p *pair) bool { return p.gap <= near && p.given == 2 && p.fitting() }, false},
	{"vaccines differ, days apart", "R6", Review, "A few days apart, and of different vaccines against one disease: one of them may be this shot.",
		func(p *pair) bool { return p.gap <= near && p.given < 2 }, false},
	{"too close for two", "R8", Review, "They are too close for two doses of this vaccine: one may be the other with a wrong day.",
		func(p *pair) bool { return p.gap > near && p.given < 2 && p.fitting() }, false},
	{"two shots", "R8", Different, "They are on different days.",
		func(*pair) bool { return true }, false},

	{"day and month exchanged", "R8", Review, "The day of one is that of the other with day and month exchanged: one of them may be written the wrong way round.",
		func(p *pair) bool {
			return (p.fitting() || p.how == alike) && (p.given < 2 && p.lotsAgreeOrTypo() || p.lots == lotsSame)
		}, false},
}

// exchange is the place of the rule of those whose days are exchanged.
const exchange = len(rules) - 1

// near is how many days a date may be off that somebody knows of.
const near = 4

// The rules that are not of a pair alone.
const (
	none = -1 // no rule

	// Single is the rule of a dose of one report.
	Single = "single report"
	// ByPerson is the rule of reports that a person joined (R10).
	ByPerson = "joined by a person"
	// between: what R6 would join has another shot between (R6).
	between = "another shot between"
	// torn: the same as one report of a dose, and not as another.
	torn = "same as one report, not as another"
)

// others say why, of the rules that are not of a pair alone.
var others = map[string]string{
	Single:   "One report.",
	ByPerson: "A person looked at the reports and joined them.",
	between:  "A few days apart, and another shot was given between them.",
	torn:     "It agrees with one report of the other dose and not with another.",
}

// Say is why reports were joined, or may be of one shot, as a sentence for
// people. A rule that is no longer among ours is its own sentence.
func Say(name string) string {
	for i := range rules {
		if rules[i].name == name {
			return rules[i].say
		}
	}
	if say, ok := others[name]; ok {
		return say
	}
	return name
}

// how two vaccines agree.
type how uint8

const (
	equal      how = iota // the same code
	unspecific            // one of them, or both, say only what it was against
	alike                 // other codes that hold the same
	holds                 // one holds all of the other, and more
	crosses               // each holds something that the other has not
)

// pair is what the rules ask of two reports.
type pair struct {
	gap       int // days apart
	how       how
	exact     bool // what is specific of the two is all of what the other may be
	general   bool // one is the general code of the vaccine, the other that of a product; not two manufacturers are named
	given     int  // how many of the two say that they gave it
	lots      lots
	oneSender bool
	school    bool // of what schools ask for
}

// fitting reports that nothing speaks against the two vaccines' being one.
func (p *pair) fitting() bool { return p.how == equal || (p.how == unspecific && p.exact) }

func (p *pair) lotsAgree() bool       { return p.lots == lotsUnknown || p.lots == lotsSame }
func (p *pair) lotsAgreeOrTypo() bool { return p.lots != lotsDiffer }

// lots are how two lot numbers agree.
type lots uint8

const (
	lotsUnknown lots = iota // not both are known
	lotsSame
	lotsTypo // a letter or digit apart
	lotsDiffer
)

// compareLots compares lot numbers that were folded.
func compareLots(a, b string) lots {
	switch {
	case a == "" || b == "":
		return lotsUnknown
	case a == b:
		return lotsSame
	case oneEdit(a, b):
		return lotsTypo
	}
	return lotsDiffer
}

// oneEdit reports two texts of which one is the other with one letter more,
// less, or another.
func oneEdit(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) == len(b) {
		return i < len(a) && a[i+1:] == b[i+1:]
	}
	return a[i:] == b[i+1:]
}

// foldLot is a lot number in capitals without blanks and punctuation.
func foldLot(lot string) string {
	for i := range len(lot) {
		if c := lot[i]; (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return foldLotSlowly(lot)
		}
	}
	return lot
}

func foldLotSlowly(lot string) string {
	out := make([]byte, 0, len(lot))
	for i := range len(lot) {
		switch c := lot[i]; {
		case 'a' <= c && c <= 'z':
			out = append(out, c-'a'+'A')
		case 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
			out = append(out, c)
		}
	}
	return string(out)
}

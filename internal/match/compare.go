package match

// levels compares two descriptions field by field.
func (r *Rules) levels(c *Comparison, a, b *Record) {
	r.compareNames(c, a, b)
	c.Levels[BirthDate] = compareBirth(&a.birth, &b.birth, a.suffix != b.suffix)
	if a.sex != 0 && b.sex != 0 {
		c.Levels[Sex] = sameOr(a.sex == b.sex)
	}
	c.Levels[SocialSecurity] = r.compareSocial(a.social, b.social)
	c.Levels[Medicaid] = r.compareMedicaid(a.medicaid, b.medicaid)
	c.Levels[RecordNumber] = r.compareCharts(a.charts, b.charts)
	c.Levels[Address] = r.compareAddresses(a.addresses, b.addresses)
	c.Levels[Telephone] = r.comparePhones(a.phones, b.phones)
	if len(a.emails) > 0 && len(b.emails) > 0 {
		c.Levels[Email] = sameOr(shareText(a.emails, b.emails))
	}
	c.Levels[MaidenName] = r.compareRelatives(MaidenName, a.maidens, b.maidens)
	c.Levels[Guardian] = r.compareRelatives(Guardian, a.guardians, b.guardians)
	if a.suffix != "" && b.suffix != "" {
		c.Levels[Suffix] = sameOr(a.suffix == b.suffix)
	}
	if a.order != 0 && b.order != 0 {
		c.Levels[BirthOrder] = sameOr(a.order == b.order)
	}
	c.Levels[Vaccinations] = compareDoses(a.doses, b.doses)
}

func sameOr(same bool) Level {
	if same {
		return Same
	}
	return Different
}

// raise keeps of the levels that values of a field have the one that is worth
// most, and of two that are worth the same the first.
func (r *Rules) raise(f Field, best *Level, l Level) {
	if l == Missing || l == *best {
		return
	}
	w := &r.weights[f]
	if *best == Missing || w[l] > w[*best] || w[l] == w[*best] && l < *best {
		*best = l
	}
}

// compareNames finds the levels of family, given and middle name, which may
// stand in one another's place.
func (r *Rules) compareNames(c *Comparison, a, b *Record) {
	family, given, middle := r.compareFamilies(c, a, b), r.compareGivens(c, a, b), Missing
	if family == Different && given == Different && swapped(a, b) {
		family, given = Swapped, Swapped
	}
	if family == Different && given == Different && (oneIs(a.givens, b.families) || oneIs(b.givens, a.families)) {
		given = InFamily
	}
	if given == Different || given == Missing {
		given = standIn(given, a, b)
	}
	if given != OtherMiddle {
		middle = r.compareMiddles(c, a, b)
	}
	c.Levels[FamilyName], c.Levels[GivenName], c.Levels[MiddleName] = family, given, middle
}

// compareFamilies compares all family names that the two have or had.
func (r *Rules) compareFamilies(c *Comparison, a, b *Record) Level {
	out := Missing
	for i := range a.families {
		for j := range b.families {
			x, y := &a.families[i], &b.families[j]
			l := r.familyLevel(x, y)
			r.raise(FamilyName, &out, l)
			if l == Same {
				c.points[FamilyName] = max(c.points[FamilyName], x.worth)
			}
		}
	}
	if out == Different && (inFamily(a, b) || inFamily(b, a)) {
		out = InFamily
	}
	return out
}

func (r *Rules) familyLevel(x, y *name) Level {
	if x.text == y.text {
		if x.former || y.former {
			return FormerName
		}
		return Same
	}
	out := Different
	if len(x.words) > 1 || len(y.words) > 1 || x.cores[0] == y.cores[0] {
		r.raise(FamilyName, &out, sharedWords(x, y))
	}
	r.raise(FamilyName, &out, nearly(&x.spelled, &y.spelled))
	return out
}

// sharedWords compares names word by word, small words aside: DE LA CRUZ has a
// word in common with CRUZ PEREZ.
func sharedWords(x, y *name) Level {
	whole, n := 0, 0
	for i := range x.cores {
		for j := range y.cores {
			if x.cores[i] == y.cores[j] {
				n++
				if x.words[i] == y.words[j] {
					whole++
				}
				break
			}
		}
	}
	switch {
	case n == 0:
		return Missing
	case n < min(len(x.cores), len(y.cores)):
		return OneWord
	case whole == n && len(x.cores) == len(y.cores):
		return SameWords
	}
	return Part
}

// inFamily reports that a family name of one is a name of the other's mother or
// guardians, or a middle name.
func inFamily(a, b *Record) bool {
	for i := range a.families {
		for j := range b.kin {
			if sharedWords(&a.families[i], &b.kin[j]) != Missing {
				return true
			}
		}
		for j := range b.middles {
			if a.families[i].text == b.middles[j].text {
				return true
			}
		}
	}
	return false
}

// swapped reports given name and family name in each other's place, perhaps with
// slips.
func swapped(a, b *Record) bool {
	for i := range a.families {
		for j := range b.families {
			first, firstSlip := among(&a.families[i], b.givens)
			second, secondSlip := among(&b.families[j], a.givens)
			if (first || firstSlip) && (second || secondSlip) {
				return true
			}
		}
	}
	return false
}

func among(x *name, list []name) (same, slip bool) {
	for i := range list {
		same = same || x.text == list[i].text
		slip = slip || nearly(&x.spelled, &list[i].spelled) != Missing
	}
	return same, slip
}

// compareGivens compares all given names by which the two go.
func (r *Rules) compareGivens(c *Comparison, a, b *Record) Level {
	out := Missing
	for i := range a.givens {
		for j := range b.givens {
			x, y := &a.givens[i], &b.givens[j]
			l := r.givenLevel(x, y)
			r.raise(GivenName, &out, l)
			switch l {
			case Same:
				c.points[GivenName] = max(c.points[GivenName], x.worth, y.worth)
			case OneLetter, Alike:
				c.twoNames = c.twoNames || r.borne(x) == r.borne(y) && !holds(x, y)
			}
		}
	}
	return out
}

func (r *Rules) givenLevel(x, y *name) Level {
	switch {
	case x.text == y.text:
		if x.former || y.former {
			return Nickname
		}
		return Same
	case x.with != "" && (x.with == y.with || x.with == y.text), y.with != "" && y.with == x.text: // MARY ANN, and MARY with the middle name ANN
		return Same
	case len(x.text) == 1 || len(y.text) == 1:
		if x.text[0] == y.text[0] {
			return Initial
		}
		return Different
	case shareKin(x.kin, y.kin):
		return Nickname
	}
	if l := nearly(&x.spelled, &y.spelled); l != Missing {
		return l
	}
	if holds(x, y) {
		return Part
	}
	return Different
}

// borne reports a given name that is on the list of names that people bear.
func (r *Rules) borne(n *name) bool {
	_, known := r.given[n.text]
	return known
}

// holds reports that all words of one name are in the other: JUNIPER and JUNIPER
// ANNE.
func holds(x, y *name) bool {
	l := sharedWords(x, y)
	return l == Part || l == SameWords
}

func shareKin(a, b []uint16) bool {
	for _, x := range a {
		for _, y := range b {
			if x == y {
				return true
			}
		}
	}
	return false
}

// standIn is the level of given names that do not agree, or of which one is
// missing: perhaps one goes by the other's middle name, or one is a placeholder.
func standIn(given Level, a, b *Record) Level {
	if oneIs(a.givens, b.middles) || oneIs(b.givens, a.middles) {
		return OtherMiddle
	}
	if given == Missing && (a.noGiven || b.noGiven) {
		return Placeholder
	}
	return given
}

func oneIs(list, other []name) bool {
	for i := range list {
		for j := range other {
			if len(list[i].text) > 1 && list[i].text == other[j].text {
				return true
			}
		}
	}
	return false
}

func (r *Rules) compareMiddles(c *Comparison, a, b *Record) Level {
	out := Missing
	for i := range a.middles {
		for j := range b.middles {
			x, y := &a.middles[i], &b.middles[j]
			l := middleLevel(x, y)
			r.raise(MiddleName, &out, l)
			if l == Same {
				worth := min(max(x.worth, r.least[MiddleName]), r.weights[MiddleName][Same])
				c.points[MiddleName] = max(c.points[MiddleName], worth)
			}
		}
	}
	if out == Different && (oneIs(a.middles, b.families) || oneIs(b.middles, a.families) || oneIs(a.middles, b.kin) || oneIs(b.middles, a.kin)) {
		return Missing // a family name that became a middle name
	}
	return out
}

func middleLevel(x, y *name) Level {
	switch {
	case x.text == y.text && len(x.text) > 1:
		return Same
	case (len(x.text) == 1 || len(y.text) == 1) && x.text[0] == y.text[0]:
		return Initial
	case shareKin(x.kin, y.kin) || nearly(&x.spelled, &y.spelled) != Missing || sharedWords(x, y) != Missing:
		return Nearly
	}
	return Different
}

// leastGeneration and mostGeneration are how many years apart a parent's and a
// child's birth are. Slips of a year that are as long leave all digits but one, or
// exchange two.
const (
	leastGeneration = 16
	mostGeneration  = 45
)

// compareBirth compares birth dates. Where the suffixes of the names differ, as of
// JR and nothing, a slip of so many years is none: it is father and son.
func compareBirth(a, b *birthDay, otherSuffix bool) Level {
	if a.date == 0 || b.date == 0 {
		return Missing
	}
	if a.date == b.date {
		if a.firstOfJan {
			return SameNewYear
		}
		return Same
	}
	parts := 0
	for _, same := range [3]bool{a.y == b.y, a.m == b.m, a.d == b.d} {
		if same {
			parts++
		}
	}
	days := a.date - b.date
	years := max(a.y-b.y, b.y-a.y)
	generation := years >= leastGeneration && years <= mostGeneration
	switch {
	case generation && otherSuffix:
		return GenerationApart
	case a.y == b.y && a.m == b.d && a.d == b.m:
		return DayMonth
	case oneSlip(string(a.text[:]), string(b.text[:])):
		return OneDigit
	case days >= -3 && days <= 3:
		return ThreeDays
	case generation:
		return GenerationApart
	case parts == 2:
		return TwoParts
	case years == 1 && parts == 1:
		return NextYear
	}
	return Different
}

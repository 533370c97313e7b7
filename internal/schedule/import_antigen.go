package schedule

import (
	"regexp"
	"strconv"
	"strings"
)

// antigen reads one antigen's file. An antigen has no name of its own there: it
// is the target disease that all its series name.
func (r *reading) antigen(root *element) Antigen {
	var a Antigen
	f := r.open(root, "immunity", "contraindications", "series*")
	f.each("immunity", []string{"clinicalHistory*", "dateOfBirth*"}, func(f fields) { a.Immunity = r.immunity(f) })
	f.each("contraindications", []string{"vaccineGroup", "vaccine"}, func(f fields) { r.contraindications(&a, f) })
	f.each("series", []string{
		"seriesName", "targetDisease", "vaccineGroup", "seriesAdminGuidance*", "seriesType", "equivalentSeriesGroups", "requiredGender*",
		"selectSeries", "indication*", "seriesDose*",
	}, func(f fields) {
		s := r.readSeries(f)
		switch {
		case a.Name == "":
			a.Name = s.TargetDisease
		case a.Name != s.TargetDisease:
			r.fail(f.child("targetDisease"), "%q is not %q, the target disease of the series before it", s.TargetDisease, a.Name)
		}
		a.Series = append(a.Series, s)
		r.series = ""
	})
	if a.Name == "" {
		r.fail(root, "no series names a target disease")
	}
	return a
}

func (r *reading) immunity(f fields) Immunity {
	var im Immunity
	f.each("clinicalHistory", []string{"guidelineCode", "guidelineTitle"}, func(f fields) {
		im.History = append(im.History, Guideline{f.must("guidelineCode"), f.text("guidelineTitle")})
	})
	f.each("dateOfBirth", []string{"immunityBirthDate", "birthCountry", "exclusion*"}, func(f fields) {
		f.must("immunityBirthDate")
		born := BornBefore{Before: f.date("immunityBirthDate"), Country: f.text("birthCountry")}
		f.each("exclusion", []string{"exclusionCode", "exclusionTitle"}, func(f fields) {
			born.Exclusions = append(born.Exclusions, Guideline{f.must("exclusionCode"), f.text("exclusionTitle")})
		})
		im.BirthDate = append(im.BirthDate, born)
	})
	return im
}

func (r *reading) contraindications(a *Antigen, f fields) {
	names := []string{"observationCode", "observationTitle", "contraindicationText", "contraindicationGuidance"}
	f.each("vaccineGroup", []string{"contraindication*"}, func(f fields) {
		f.each("contraindication", append(names, "beginAge", "endAge"), func(f fields) {
			c := r.contraindication(f)
			c.Begin, c.End = f.duration("beginAge"), f.duration("endAge")
			a.Contraindicated = append(a.Contraindicated, c)
		})
	})
	f.each("vaccine", []string{"contraindication*"}, func(f fields) {
		f.each("contraindication", append(names, "contraindicatedVaccine*"), func(f fields) {
			c := VaccineContraindication{Contraindication: r.contraindication(f)}
			f.each("contraindicatedVaccine", vaccineAges, func(f fields) { c.Vaccines = append(c.Vaccines, r.ages(f)) })
			if len(c.Vaccines) == 0 {
				r.fail(f.e, "no vaccine is named")
			}
			a.NotThese = append(a.NotThese, c)
		})
	})
}

func (r *reading) contraindication(f fields) Contraindication {
	return Contraindication{
		Observation: Guideline{f.must("observationCode"), f.text("observationTitle")},
		Text:        f.text("contraindicationText"), Guidance: f.text("contraindicationGuidance"),
	}
}

var vaccineAges = []string{"vaccineType", "cvx", "beginAge", "endAge"}

func (r *reading) ages(f fields) VaccineAges {
	return VaccineAges{Type: f.text("vaccineType"), CVX: f.cvx("cvx"), Begin: f.duration("beginAge"), End: f.duration("endAge")}
}

func (r *reading) readSeries(f fields) Series {
	r.series = f.must("seriesName")
	s := Series{
		Name: r.series, TargetDisease: f.must("targetDisease"), VaccineGroup: f.must("vaccineGroup"),
		Guidance: f.texts("seriesAdminGuidance"), Type: word(f, "seriesType", seriesTypes), Equivalent: f.list("equivalentSeriesGroups"),
	}
	for _, g := range f.texts("requiredGender") {
		s.Genders = append(s.Genders, meaning(f, f.child("requiredGender"), g, genders))
	}
	f.each("selectSeries", []string{
		"defaultSeries", "productPath", "seriesGroupName", "seriesGroup", "seriesPriority", "seriesPreference", "minAgeToStart", "maxAgeToStart",
	}, func(f fields) {
		s.Select = Select{
			Default: word(f, "defaultSeries", flags), ProductPath: word(f, "productPath", flags),
			GroupName: f.text("seriesGroupName"), Group: f.must("seriesGroup"), Priority: word(f, "seriesPriority", priorities),
			Preference: f.number("seriesPreference"), MinAge: f.duration("minAgeToStart"), MaxAge: f.duration("maxAgeToStart"),
		}
	})
	f.each("indication", []string{"observationCode", "description", "beginAge", "endAge", "guidance"}, func(f fields) {
		s.Indications = append(s.Indications, Indication{
			Observation: r.observed(f.child("observationCode")), Description: f.text("description"),
			Begin: f.duration("beginAge"), End: f.duration("endAge"), Guidance: f.text("guidance"),
		})
	})
	f.each("seriesDose", []string{
		"doseNumber", "age*", "interval*", "allowableInterval*", "preferableVaccine*", "allowableVaccine*", "inadvertentVaccine*",
		"conditionalSkip*", "recurringDose", "seasonalRecommendation",
	}, func(f fields) {
		s.Doses = append(s.Doses, r.readDose(f))
		r.dose = ""
	})
	return s
}

// observed is an observation by its code and its text.
func (r *reading) observed(e *element) Guideline {
	f := r.open(e, "text", "code")
	return Guideline{f.text("code"), f.text("text")}
}

var doseNumber = regexp.MustCompile(`^Dose ([1-9][0-9]?)$`)

func (r *reading) readDose(f fields) SeriesDose {
	r.dose = strings.ToLower(f.must("doseNumber"))
	var d SeriesDose
	if m := doseNumber.FindStringSubmatch(f.text("doseNumber")); m != nil {
		d.Number, _ = strconv.Atoi(m[1]) // one or two digits
	} else {
		r.fail(f.child("doseNumber"), "%q is not such as \"Dose 1\"", f.text("doseNumber"))
	}
	f.each("age", []string{"absMinAge", "minAge", "earliestRecAge", "latestRecAge", "maxAge", "effectiveDate", "cessationDate"}, func(f fields) {
		d.Ages = append(d.Ages, Age{
			AbsMin: f.duration("absMinAge"), Min: f.duration("minAge"), EarliestRec: f.duration("earliestRecAge"),
			LatestRec: f.duration("latestRecAge"), Max: f.duration("maxAge"), Effective: r.effective(f),
		})
	})
	f.each("interval", []string{
		"fromPrevious", "fromTargetDose", "fromMostRecent", "fromRelevantObs", "absMinInt", "minInt", "earliestRecInt", "latestRecInt",
		"intervalPriority", "effectiveDate", "cessationDate",
	}, func(f fields) { d.Intervals = append(d.Intervals, r.interval(f)) })
	f.each("allowableInterval", []string{"fromPrevious", "fromTargetDose", "absMinInt", "effectiveDate", "cessationDate"},
		func(f fields) { d.Allowable = append(d.Allowable, r.interval(f)) })
	r.doseVaccines(&d, f)
	f.each("conditionalSkip", []string{"context", "setLogic", "set*"}, func(f fields) { d.Skips = append(d.Skips, r.skip(f)) })
	d.Recurring = word(f, "recurringDose", flags)
	f.each("seasonalRecommendation", []string{"startDate", "endDate"}, func(f fields) {
		d.Season = Season{f.date("startDate"), f.date("endDate")}
	})
	return d
}

func (r *reading) doseVaccines(d *SeriesDose, f fields) {
	f.each("preferableVaccine", append([]string{"tradeName", "mvx", "volume", "forecastVaccineType"}, vaccineAges...), func(f fields) {
		v := PreferableVaccine{
			VaccineAges: r.ages(f), TradeName: f.text("tradeName"), MVX: f.text("mvx"), Volume: f.text("volume"),
			Forecast: word(f, "forecastVaccineType", flags),
		}
		if _, err := strconv.ParseFloat(v.Volume, 64); v.Volume != "" && err != nil {
			r.fail(f.child("volume"), "%q is not a number of mL", v.Volume)
		}
		d.Preferable = append(d.Preferable, v)
	})
	f.each("allowableVaccine", vaccineAges, func(f fields) { d.AllowableVax = append(d.AllowableVax, r.ages(f)) })
	f.each("inadvertentVaccine", []string{"vaccineType", "cvx"}, func(f fields) { d.Inadvertent = append(d.Inadvertent, r.vaccine(f.e)) })
}

func (r *reading) effective(f fields) Effective {
	return Effective{f.date("effectiveDate"), f.date("cessationDate")}
}

// interval reads a row of either table of intervals; what a table has not is
// blank.
func (r *reading) interval(f fields) Interval {
	i := Interval{
		FromPrevious: word(f, "fromPrevious", flags), FromTargetDose: f.number("fromTargetDose"), FromMostRecent: f.cvxList("fromMostRecent"),
		FromObservation: r.observed(f.child("fromRelevantObs")),
		AbsMin:          f.duration("absMinInt"), Min: f.duration("minInt"), EarliestRec: f.duration("earliestRecInt"), LatestRec: f.duration("latestRecInt"),
		Override: word(f, "intervalPriority", overrides), Effective: r.effective(f),
	}
	references := 0
	for _, given := range []bool{i.FromPrevious, i.FromTargetDose != 0, len(i.FromMostRecent) > 0, i.FromObservation != Guideline{}} {
		if given {
			references++
		}
	}
	if references != 1 {
		r.fail(f.e, "it refers to %d things to count from; it has to be one", references)
	}
	return i
}

func (r *reading) skip(f fields) ConditionalSkip {
	s := ConditionalSkip{Context: word(f, "context", contexts), Logic: word(f, "setLogic", logics)}
	f.each("set", []string{"setID", "setDescription", "effectiveDate", "cessationDate", "conditionLogic", "condition*"}, func(f fields) {
		set := SkipSet{
			ID: f.text("setID"), Description: f.text("setDescription"), Effective: r.effective(f), Logic: word(f, "conditionLogic", logics),
		}
		f.each("condition", []string{
			"conditionID", "conditionType", "startDate", "endDate", "beginAge", "endAge", "interval", "doseCount", "doseType",
			"doseCountLogic", "vaccineTypes", "seriesGroups",
		}, func(f fields) {
			set.Conditions = append(set.Conditions, r.condition(f))
			if place := strconv.Itoa(len(set.Conditions)); f.text("conditionID") != place {
				r.fail(f.child("conditionID"), "%q is not %s, its place in the set", f.text("conditionID"), place)
			}
		})
		s.Sets = append(s.Sets, set)
	})
	return s
}

func (r *reading) condition(f fields) Condition {
	c := Condition{
		ID: f.text("conditionID"), Type: word(f, "conditionType", conditionTypes),
		Start: f.date("startDate"), Until: f.date("endDate"), Begin: f.duration("beginAge"), End: f.duration("endAge"),
		Interval: f.duration("interval"), Count: f.number("doseCount"), ValidOnly: word(f, "doseType", validOnly),
		Compare: word(f, "doseCountLogic", comparisons), Vaccines: f.cvxList("vaccineTypes"), SeriesGroups: f.list("seriesGroups"),
	}
	if counts := c.Type >= CountByAge; counts != (f.text("doseCount") != "") || counts != (c.Compare != 0) || counts != (f.text("doseType") != "") {
		r.fail(f.e, "dose count, type and logic belong to a count of vaccines, and all three to each")
	}
	return c
}

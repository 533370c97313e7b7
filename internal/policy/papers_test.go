package policy_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"openiis/internal/form"
	"openiis/internal/is"
	"openiis/internal/policy"
)

// codes are the codes of a set's forms.
func codes(s *form.Set) (out []string) {
	for _, f := range s.Forms {
		out = append(out, f.Code)
	}
	return out
}

func TestEachStateHasItsFormsAndWithoutAnyThoseOfTheNeutralFolderHold(t *testing.T) {
	is.Equal(t, "ma", codes(policy.Named("ma").Papers()), []string{
		"access-administrator-designation", "individual-user-agreement", "objection", "provider-site-enrollment-agreement", "services-agreement", "withdrawal-of-objection",
	})
	is.Equal(t, "mn", codes(policy.Named("mn").Papers()), []string{"data-use-agreement", "individual-user-agreement", "opt-back-in", "opt-out"})
	is.Equal(t, "ms", codes(policy.Named("ms").Papers()), []string{"site-enrollment-agreement", "user-agreement"})
	is.Equal(t, "neutral", codes(policy.Neutral().Papers()), []string{"objection", "site-agreement", "user-agreement", "withdrawal-of-objection"})
	for state, says := range map[string]string{"ms": "Mississippi Child Immunization Act of 1994", "mn": "Minnesota Immunization Information Connection (MIIC)", "ma": "M.G.L. c. 111", "neutral": "the immunization programme runs it"} {
		said := ""
		for _, b := range policy.Named(state).Papers().Material("fact-sheet").Show("eng", nil).Body {
			said += b.Say + " "
		}
		if !strings.Contains(said, says) {
			t.Errorf("%s: the fact sheet does not say %q: %s", state, says, said)
		}
	}
}

// What the programmes' own documents name, each state has: Massachusetts' fact sheet, posters,
// wording, letters and e-mails, Minnesota's tear-off sheets and displays for waiting and exam rooms.
func TestEachStateHasEveryMaterialThatInforms(t *testing.T) {
	for _, state := range append(policy.States(), "neutral") {
		for _, code := range []string{"fact-sheet", "poster", "registration-wording", "patient-letter", "patient-email", "tear-off", "waiting-room-display", "exam-room-display"} {
			if policy.Named(state).Papers().Material(code) == nil {
				t.Errorf("%s has no %s", state, code)
			}
		}
	}
}

func TestWhatPatientsAreHandedIsInEnglishAndSpanish(t *testing.T) {
	for _, state := range append(policy.States(), "neutral") {
		set := policy.Named(state).Papers()
		for _, f := range set.Forms {
			if f.About == form.Person && len(f.Texts) < 2 {
				t.Errorf("%s: the form %s is in one language", state, f.Code)
			}
		}
		for _, m := range set.Materials {
			if m.In("spa").Language.Code != "spa" || m.In("eng").Language.Code != "eng" {
				t.Errorf("%s: the material %s is not in both languages", state, m.Code)
			}
			for _, text := range m.Texts {
				if text.Title == "" || len(text.Body) == 0 {
					t.Errorf("%s: the material %s says nothing in %s", state, m.Code, text.Language.Name)
				}
			}
		}
		for _, layout := range []form.Layout{form.FactSheet, form.Poster, form.Wording, form.Letter, form.Mail, form.TearOff, form.Display} {
			if !slices.ContainsFunc(set.Materials, func(m *form.Material) bool { return m.Layout == layout }) {
				t.Errorf("%s has no %s", state, layout)
			}
		}
	}
}

// Whoever is told of opting out is told what becomes of what is held: where it is erased, that it is, and after
// how many days.
func TestWhatIsSaidOfOptingOutIsWhatThePolicyDoes(t *testing.T) {
	words := map[string]struct{ closed, erased, days string }{
		"eng": {"record is closed", "erased", " days"}, "spa": {"registro se cierra", "se borra", " días"},
	}
	for _, state := range append(policy.States(), "neutral") {
		law := policy.Named(state)
		set := law.Papers()
		told := map[string]int{}
		tells := func(code, language string, body []form.Block) {
			said := ""
			for _, b := range body {
				said += b.Say + "\n"
			}
			w := words[language]
			must := law.OptOut.Erases && (code == "opt-out" || slices.ContainsFunc(noticeParts(law), func(p policy.Part) bool { return p.Paper == code }))
			if must || law.OptOut.Erases && strings.Contains(said, w.closed) {
				told[language]++
				if !strings.Contains(said, w.erased) || !strings.Contains(said, strconv.Itoa(law.OptOut.TakeBack)+w.days) {
					t.Errorf("%s: %s in %s does not say that the record is erased after %d days:\n%s", state, code, language, law.OptOut.TakeBack, said)
				}
			}
			if !law.OptOut.Erases && strings.Contains(said, w.closed) && strings.Contains(said, w.erased) {
				t.Errorf("%s: %s in %s says that a record is erased, which it is not", state, code, language)
			}
		}
		for language := range words {
			for _, f := range set.Forms {
				if f.About == form.Person {
					tells(f.Code, language, f.Show(language, nil, nil).Body)
				}
			}
			for _, m := range set.Materials {
				tells(m.Code, language, m.Show(language, nil).Body)
			}
			if law.OptOut.Erases {
				is.Equal(t, state+" tells in "+language, told[language] >= 1+len(noticeParts(law)), true)
			}
		}
	}
}

// noticeParts are the parts of a state's notice to parents.
func noticeParts(law *policy.Policy) []policy.Part {
	if law.Notice == nil {
		return nil
	}
	return law.Notice.Parts
}

func TestAFolderOfOnesOwnBringsItsPapersAndWhatIsWrongIsToldTogether(t *testing.T) {
	text := strings.Replace(strings.Replace(minnesota(t), "    paper: enrollment-notice\n", "", 1), "    paper: information-packet\n", "", 1)
	poster := "code: poster\nversion: 2026-11-30\nlayout: poster\nabout: anyone\ntexts:\n- language: eng\n  name: English\n  title: Ours\n  purpose: Ours.\n  body:\n  - paragraph: \"{registry}\"\nsource: ours\n"
	f := policy.Folder{Policy: []byte(text), Files: map[string]string{"materials/poster.yaml": poster}}
	p, err := policy.ReadFolder("my/", f)
	is.NoError(t, "read", err)
	is.Equal(t, "its own material", p.Papers().Material("poster").Show("eng", nil).Body[0].Say, p.Registry)
	is.Equal(t, "and no other", len(p.Papers().Materials), 1)
	is.Equal(t, "the forms are the neutral ones", codes(p.Papers()), codes(policy.Neutral().Papers()))
	is.Equal(t, "for its names", p.Papers().Form("objection").Show("eng", nil, nil).State, "mn")
	is.Equal(t, "text", p.Files["materials/poster.yaml"], poster)
	f.Policy = []byte(strings.Replace(minnesota(t), "  default: yes", "  default: maybe", 1))
	f.Files["materials/poster.yaml"] = strings.Replace(poster, "{registry}", "{site address}", 1)
	_, err = policy.ReadFolder("my/", f)
	for _, want := range []string{"my/policy.yaml:7: sharing, default", "my/materials/poster.yaml:11: texts, body, paragraph: the placeholder {site address} is not known in a paper about anyone"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("it does not tell %q: %v", want, err)
		}
	}
	f.Policy, f.Files["materials/poster.yaml"] = []byte(minnesota(t)), poster
	if _, err = policy.ReadFolder("my/", f); err == nil || !strings.Contains(err.Error(), `notice, parts, paper: there is no "enrollment-notice"`) {
		t.Errorf("a part that is not there: %v", err)
	}
}

func TestStatesSayWithinWhichTimeDosesAreReported(t *testing.T) {
	is.Equal(t, "ma", []int{policy.Named("ma").Reporting.Hours, policy.Named("ma").Reporting.Newborn}, []int{72, 24})
	is.Equal(t, "mn", []int{policy.Named("mn").Reporting.Hours, policy.Named("mn").Reporting.Newborn}, []int{168, 0})
	if policy.Named("ms").Reporting != nil {
		t.Error("no source names a time for Mississippi")
	}
	is.Equal(t, "days", []int{policy.Days(24), policy.Days(72), policy.Days(73), policy.Days(168)}, []int{1, 3, 4, 7})
}

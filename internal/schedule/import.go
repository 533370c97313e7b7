package schedule

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

// ImportXML reads a release of CDC's Supporting Data from the XML files anywhere
// in fsys, a folder or an opened zip file: one file an antigen and one of tables.
// Other files are passed over.
//
// It is strict. What it does not know (an element, a word of an enumeration, a
// duration, a date, a code) is an error with file, series, dose and the text
// itself; all such errors are returned together and no schedule with them.
// Whether what was read makes sense is asked by Lint.
//
// The files do not say which release they are: Release is what the name of their
// folder says, "" when they lie at the top (see ReleaseIn).
func ImportXML(fsys fs.FS) (*Schedule, error) {
	im := importing{s: &Schedule{}, from: map[string]string{}}
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.EqualFold(path.Ext(p), ".xml") || strings.HasPrefix(path.Base(p), "._") {
			return err
		}
		text, err := readText(fsys, p)
		if err != nil {
			return err
		}
		im.file(p, text)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("schedule: %w", err)
	}
	if im.from["tables"] == "" || len(im.s.Antigens) == 0 {
		im.errs = append(im.errs, errors.New("want a file of scheduleSupportingData and files of antigenSupportingData"))
	}
	if len(im.errs) > 0 {
		return nil, fmt.Errorf("schedule: the supporting data cannot be read:\n%w", errors.Join(im.errs...))
	}
	slices.SortFunc(im.s.Antigens, byName)
	return im.s, nil
}

var releasePattern = regexp.MustCompile(`\d+\.\d+(\s*-\s*\d+)?`)

// ReleaseIn is the release that a folder or zip file is named after: 4.64-508 of
// supporting-data-4.64-508.zip; "" when there is none in it.
func ReleaseIn(name string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(releasePattern.FindString(name), "-", " ")), "-")
}

// importing is an import under way.
type importing struct {
	s    *Schedule
	from map[string]string // antigen or "tables" to the file that it is from
	errs []error
}

func (im *importing) file(p string, text []byte) {
	r := &reading{file: path.Base(p)}
	root, err := parseXML(text)
	if err != nil {
		im.errs = append(im.errs, fmt.Errorf("%s: %w", r.file, err))
		return
	}
	what := "tables"
	switch root.name {
	case "antigenSupportingData":
		a := r.antigen(root)
		what = a.Name
		im.s.Antigens = append(im.s.Antigens, a)
	case "scheduleSupportingData":
		r.tables(im.s, root)
		im.s.Release = ReleaseIn(path.Dir(p))
	default:
		r.fail(root, "a document of this name is not known")
		what = r.file
	}
	if other := im.from[what]; other != "" {
		r.errs = append(r.errs, fmt.Errorf("%s and %s both are of %s", other, r.file, what))
	}
	im.from[what] = r.file
	im.errs = append(im.errs, r.errs...)
}

// tables reads what all antigens share.
func (r *reading) tables(s *Schedule, root *element) {
	f := r.open(root, "liveVirusConflicts", "vaccineGroups", "vaccineGroupToAntigenMap", "cvxToAntigenMap", "observations")
	r.open(f.child("liveVirusConflicts"), "liveVirusConflict*").each("liveVirusConflict",
		[]string{"previous", "current", "conflictBeginInterval", "minConflictEndInterval", "conflictEndInterval"},
		func(f fields) {
			s.Conflicts = append(s.Conflicts, Conflict{
				Previous: r.vaccine(f.child("previous")), Current: r.vaccine(f.child("current")),
				Begin: f.duration("conflictBeginInterval"), MinEnd: f.duration("minConflictEndInterval"), End: f.duration("conflictEndInterval"),
			})
		})
	r.groups(s, f)
	r.open(f.child("cvxToAntigenMap"), "cvxMap*").each("cvxMap", []string{"cvx", "shortDescription", "association*"}, func(f fields) {
		v := Vaccine{CVX: f.cvx("cvx"), Name: f.must("shortDescription")}
		f.each("association", []string{"antigen", "associationBeginAge", "associationEndAge"}, func(f fields) {
			v.Antigens = append(v.Antigens, Association{f.must("antigen"), f.duration("associationBeginAge"), f.duration("associationEndAge")})
		})
		s.Vaccines = append(s.Vaccines, v)
	})
	r.open(f.child("observations"), "observation*").each("observation",
		[]string{"observationCode", "observationTitle", "group", "indicationText", "contraindicationText", "clarifyingText", "codedValues*"},
		func(f fields) { s.Observations = append(s.Observations, r.observation(f)) })
}

// vaccine is a CVX code with CDC's short name of it.
func (r *reading) vaccine(e *element) VaccineAges {
	f := r.open(e, "vaccineType", "cvx")
	return VaccineAges{Type: f.text("vaccineType"), CVX: f.cvx("cvx")}
}

// groups joins the two tables of vaccine groups, whose names have to agree.
func (r *reading) groups(s *Schedule, f fields) {
	r.open(f.child("vaccineGroups"), "vaccineGroup*").each("vaccineGroup", []string{"name", "administerFullVaccineGroup"}, func(f fields) {
		s.Groups = append(s.Groups, VaccineGroup{Name: f.must("name"), Full: word(f, "administerFullVaccineGroup", flags)})
	})
	r.open(f.child("vaccineGroupToAntigenMap"), "vaccineGroupMap*").each("vaccineGroupMap", []string{"name", "antigen*"}, func(f fields) {
		i := slices.IndexFunc(s.Groups, func(g VaccineGroup) bool { return g.Name == f.must("name") })
		if i < 0 {
			r.fail(f.e, "%q is not among the vaccine groups", f.text("name"))
			return
		}
		s.Groups[i].Antigens = append(s.Groups[i].Antigens, f.texts("antigen")...)
	})
}

func (r *reading) observation(f fields) Observation {
	o := Observation{
		Code: f.must("observationCode"), Title: f.must("observationTitle"), Group: f.text("group"),
		Indication: f.text("indicationText"), Contraindication: f.text("contraindicationText"), Clarifying: f.text("clarifyingText"),
	}
	f.each("codedValues", []string{"codedValue*"}, func(f fields) {
		f.each("codedValue", []string{"code", "codeSystem", "text"}, func(f fields) {
			c := CodedValue{f.must("code"), word(f, "codeSystem", systems), f.text("text")}
			if c.System == "CVX" {
				c.Code = f.cvx("code")
			}
			o.Coded = append(o.Coded, c)
		})
	})
	return o
}

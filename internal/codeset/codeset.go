// Package codeset answers questions about codes: which vaccine a number means,
// which vaccines share a group, what a bar code holds, what an old HL7 code is
// called today.
//
// It never judges what was sent: a code it does not know is simply not found
// (ok is false), and the caller keeps it as sent and reports it. It reads no
// file of its own accord; the content is embedded by package codes. Start at
// Default, then Tables.CVX and Tables.HL7.
package codeset

import (
	"errors"
	"fmt"
	"io/fs"
	"sort"
	"sync"

	"openiis/codes"
	"openiis/internal/cal"
)

// Tables are all code sets of one release. They never change after Parse and
// are safe for concurrent use.
type Tables struct {
	vaccines    [maxCVX + 1]*Vaccine
	groupSets   [maxCVX + 1]GroupSet
	groups      []Group
	makers      map[string]Manufacturer
	products    []TradeName
	byTradeName map[string][]TradeName
	cpts        map[string][]string // a billing code and the vaccines it may mean
	ndcs        map[string]NDC
	byGTIN      map[string]string
	statements  map[string]VIS
	documents   map[string]VISDocument
	visByCVX    [maxCVX + 1][]VIS
	hl7         map[string]hl7Table
	parts       parts
	observed    observations
	releases    []Release
}

// Release says where one content file comes from and of which day it is.
type Release struct {
	File   string   // its path in folder codes: cvx.tsv, hl7/0001.tsv
	Source string   // who publishes the facts
	Date   cal.Date // the release read, not the day of reading
	Rows   int
}

// Load is the embedded content, parsed at the first call.
var Load = sync.OnceValues(func() (*Tables, error) { return Parse(codes.Files) })

// Default is Load for callers that cannot go on without it. It panics when the
// content that was built in cannot be read: the tests of this package prevent
// such a build.
var Default = sync.OnceValue(func() *Tables {
	t, err := Load()
	if err != nil {
		panic("codeset: the code sets of this build are broken: " + err.Error())
	}
	return t
})

// Parse reads the content files of fsys, which is laid out like folder codes.
// The error names file and line of everything that cannot be read.
func Parse(fsys fs.FS) (*Tables, error) {
	sheets, err := readSheets(fsys)
	if err != nil {
		return nil, err
	}
	t := &Tables{hl7: make(map[string]hl7Table)}
	var problems []error
	for _, step := range []struct {
		file string
		take func(sheet) error
	}{ // the order matters: vaccines before whatever names them
		{"cvx.tsv", t.takeVaccines},
		{"vaccine-group.tsv", t.takeGroups},
		{"mvx.tsv", t.takeMakers},
		{"trade-name.tsv", t.takeTradeNames},
		{"cpt.tsv", t.takeCPT},
		{"ndc.tsv", t.takeNDC},
		{"ndc-link.tsv", t.takeLinks},
		{"vis-document.tsv", t.takeDocuments},
		{"vis.tsv", t.takeStatements},
		{"cvx-vis.tsv", t.takeVISByCVX},
	} {
		s, ok := sheets[step.file]
		if !ok {
			return nil, fmt.Errorf("%s is missing: make it with openiis codes import", step.file)
		}
		problems = append(problems, step.take(s))
	}
	for name, s := range sheets {
		if isHL7(name) {
			t.takeHL7(s)
		}
		t.releases = append(t.releases, Release{File: name, Source: s.source, Date: s.release, Rows: len(s.rows)})
	}
	t.takeParts(sheets)
	t.takeObservations(sheets[observationFile])
	sort.Slice(t.releases, func(i, j int) bool { return t.releases[i].File < t.releases[j].File })
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	return t, nil
}

// Releases are the content files in the order of their names.
func (t *Tables) Releases() []Release { return append([]Release(nil), t.releases...) }

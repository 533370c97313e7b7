package codeset

import (
	"fmt"
	"io/fs"
	"slices"
	"sort"
	"strings"

	"openiis/internal/cal"
)

// maxFileBytes keeps every content file small enough to be read in a review.
const maxFileBytes = 700_000

// allowed are the words that a column may hold.
var allowed = map[string]map[string][]string{
	"cvx.tsv":        {"status": {"active", "inactive", "never-active", "non-us"}, "unspecified": {"", yes}},
	"mvx.tsv":        {"status": {"active", "inactive"}},
	"trade-name.tsv": {"status": {"active", "inactive"}},
	"vis.tsv":        {"status": {"current", "historic"}},
	"ndc.tsv":        {"unit": {"sale", "use"}},
}

// Lint reads the content files of fsys and returns what is wrong with them, one
// sentence a problem with file and line: form, order, doubled keys, dates, words
// outside their list, and codes that the file they point into does not have.
// Files that are absent are not looked into.
func Lint(fsys fs.FS) []string {
	sheets, err := readSheets(fsys)
	if err != nil {
		return strings.Split(err.Error(), "\n")
	}
	out := lintSheets(sheets)
	for name := range sheets {
		if b, err := fs.ReadFile(fsys, name); err == nil && len(b) > maxFileBytes {
			out = append(out, fmt.Sprintf("%s: %d bytes; keep it below %d by leaving columns out", name, len(b), maxFileBytes))
		}
	}
	return out
}

func lintSheets(sheets map[string]sheet) []string {
	var out []string
	names := make([]string, 0, len(sheets))
	for name := range sheets {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		out = append(out, lintSheet(sheets[name], sheets)...)
	}
	return out
}

func lintSheet(s sheet, sheets map[string]sheet) []string {
	l, _ := layoutOf(s.name)
	var out []string
	say := func(row int, format string, args ...any) {
		out = append(out, s.at(row)+": "+fmt.Sprintf(format, args...))
	}
	for i, r := range s.rows {
		for c, cell := range r {
			if cell != strings.Join(strings.Fields(cell), " ") {
				say(i, "%s: no spaces at the ends, none doubled", l.columns[c])
			}
			if words := allowed[s.name][l.columns[c]]; words != nil && !slices.Contains(words, cell) {
				say(i, "%s: want one of %q", l.columns[c], words)
			}
		}
		if r[0] == "" {
			say(i, "%s is empty", l.columns[0])
		}
		if i > 0 {
			switch c := compareKeys(s.rows[i-1][:l.key], r[:l.key]); {
			case c == 0:
				say(i, "%s is there twice", strings.Join(r[:l.key], " "))
			case c > 0:
				say(i, "%s is out of order: sort by %s", strings.Join(r[:l.key], " "), strings.Join(l.columns[:l.key], ", "))
			}
		}
		for _, c := range l.dates {
			if _, err := cal.Parse(r[c]); err != nil {
				say(i, "%s: %v", l.columns[c], err)
			}
		}
	}
	out = append(out, lintForms(s)...)
	out = append(out, lintRefs(s, l.refs, sheets)...)
	if isHL7(s.name) {
		out = append(out, lintHL7(s, sheets)...)
	}
	if s.name == observationFile {
		out = append(out, lintObservations(s, sheets)...)
	}
	if isMessagePart(s.name) {
		out = append(out, lintParts(s, sheets)...)
	}
	return out
}

// lintForms says which codes are not in their canonical form.
func lintForms(s sheet) []string {
	l, _ := layoutOf(s.name)
	var out []string
	for i, r := range s.rows {
		for c, column := range l.columns {
			ok := true
			switch column {
			case "cvx", "group_cvx":
				ok = r[c] != ""
				for _, code := range strings.Fields(r[c]) {
					canonical, isCVX := CanonicalCVX(code)
					ok = ok && isCVX && canonical == code
				}
			case "ndc", "sale_ndc", "use_ndc":
				canonical, isNDC := CanonicalNDC(r[c])
				ok = isNDC && canonical == r[c]
			case "gtin":
				ok = r[c] == "" || isGTIN(r[c])
			case "gdti":
				_, _, ok = ReadGDTI(r[c])
			case "document":
				ok = len(r[c]) == 13 && allDigits(r[c])
			}
			if !ok {
				out = append(out, fmt.Sprintf("%s: %s: %q is not in its canonical form", s.at(i), column, r[c]))
			}
		}
	}
	return out
}

// lintRefs says which codes the files they point into do not have. An empty
// cell points nowhere.
func lintRefs(s sheet, refs []ref, sheets map[string]sheet) []string {
	var out []string
	for _, ref := range refs {
		target, ok := sheets[ref.file]
		if !ok {
			continue
		}
		known := keysOf(target)
		for i, r := range s.rows {
			for _, code := range strings.Fields(r[ref.column]) {
				if !known[code] {
					out = append(out, fmt.Sprintf("%s: %s is not in %s", s.at(i), code, ref.file))
				}
			}
		}
	}
	return out
}

func lintHL7(s sheet, sheets map[string]sheet) []string {
	var out []string
	target := s
	if s.mapsTo != "" {
		t, ok := sheets["hl7/"+s.mapsTo+".tsv"]
		if !ok {
			return []string{fmt.Sprintf("%s:1: maps to table %s, which is not here", s.name, s.mapsTo)}
		}
		target = t
	}
	final := make(map[string]bool) // codes that are not translated further
	for _, r := range target.rows {
		final[r[0]] = r[3] == "" || target.name != s.name
	}
	for i, r := range s.rows {
		if r[1] == "" {
			out = append(out, s.at(i)+": a code needs a meaning")
		}
		if r[2] != "" && r[2] != yes {
			out = append(out, s.at(i)+": guide is yes or empty")
		}
		if r[3] != "" && !final[r[3]] {
			out = append(out, fmt.Sprintf("%s: maps_to %s is not a lasting code of %s", s.at(i), r[3], target.name))
		}
	}
	return out
}

func keysOf(s sheet) map[string]bool {
	out := make(map[string]bool, len(s.rows))
	for _, r := range s.rows {
		out[r[0]] = true
	}
	return out
}

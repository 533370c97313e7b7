package match

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"openiis/matching"
)

// Version is a file of weights that were estimated from a registry, and with it all
// that whoever signs it off has to know: from how much they were estimated, what is
// different from the version before, and what it would change. The rules are those
// of matching/ with its weights and frequencies of names in their place.
type Version struct {
	// Name is a digest of all the file says: a file that was changed has another.
	Name string
	From string    // the version with which it is compared
	Made time.Time // to the second
	Text []byte    // the file
	// Rules are what it makes of matching/.
	Rules *Rules
}

// What a file of weights begins with, and how the parts of it do. The parts are
// files of matching/ under their names; the report is for people.
const (
	versionHead = "openiis weights "
	partHead    = "== "
	reportPart  = "report"
)

// versionName is how many digits of the digest (SHA-256) name a version.
const versionName = 16

// MaxVersion is how long a file of weights may be, in bytes.
const MaxVersion = 4 << 20

// versionParts are the files of matching/ that a version has.
var versionParts = []string{weightsFile, familyFile, givenFile}

// settings of a version, in the order in which they are written.
const (
	versionMade = "made"
	versionFrom = "from"
)

// ReadVersion reads a file of weights. One that was changed since it was made, or
// of which the rules cannot be read, is an error that says where.
func ReadVersion(text []byte) (*Version, error) {
	if len(text) > MaxVersion {
		return nil, fmt.Errorf("the file is longer than %d bytes: it is none of weights", MaxVersion)
	}
	first, rest, _ := bytes.Cut(text, []byte("\n"))
	name, is := strings.CutPrefix(string(first), versionHead)
	if !is {
		return nil, fmt.Errorf("line 1: want %q and the number of a version, as `openiis match estimate` writes it", versionHead)
	}
	if name != nameOf(rest) {
		return nil, errors.New("line 1: the number of the version is not that of what follows: the file was changed since it was made. Estimate it again")
	}
	v := &Version{Name: name, Text: text}
	head, parts := cutParts(string(rest))
	err := v.readHead(head)
	if err != nil {
		return nil, err
	}
	for _, p := range versionParts {
		if parts[p] == "" {
			return nil, fmt.Errorf("the part %q is missing", p)
		}
	}
	if parts[weightsFile], err = weighedAs(parts[weightsFile]); err != nil {
		return nil, err
	}
	r, err := Load(overlay{matching.Files, parts})
	if err != nil {
		return nil, err
	}
	r.version, v.Rules = name, r
	return v, nil
}

// readHead reads the settings.
func (v *Version) readHead(head string) (err error) {
	for line := range strings.Lines(head) {
		switch key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": "); key {
		case versionMade:
			if v.Made, err = time.Parse(time.RFC3339, value); err != nil {
				return fmt.Errorf("%q is no time", value)
			}
		case versionFrom:
			v.From = value
		}
	}
	if v.Made.IsZero() || v.From == "" {
		return errors.New("the file does not say when it was made, or from which version")
	}
	return nil
}

// weighedAs is weights.tsv of this program with what a version says of its levels. A
// level that the version does not know, of an older program, weighs what this one
// says.
func weighedAs(version string) (string, error) {
	own, err := matching.Files.ReadFile(weightsFile)
	if err != nil {
		return "", err
	}
	said, theirs := map[string][]string{}, map[string]int{}
	for i, line := range strings.Split(strings.TrimSuffix(version, "\n"), "\n") {
		cells := strings.Split(line, "\t")
		if i == 1 {
			for n, column := range cells {
				theirs[column] = n
			}
		}
		if i > 1 && len(cells) == len(theirs) && len(cells) > 1 {
			said[cells[0]+"\t"+cells[1]] = cells
		}
	}
	lines := strings.Split(strings.TrimSuffix(string(own), "\n"), "\n")
	columns := strings.Split(lines[1], "\t")
	for i, line := range lines[2:] {
		cells := strings.Split(line, "\t")
		for n, column := range columns {
			at, has := theirs[column]
			if row := said[cells[0]+"\t"+cells[1]]; row != nil && has && column != "says" {
				cells[n] = row[at]
			}
		}
		lines[2+i] = strings.Join(cells, "\t")
	}
	return strings.Join(lines, "\n") + "\n", nil
}

func nameOf(rest []byte) string {
	sum := sha256.Sum256(rest)
	return hex.EncodeToString(sum[:])[:versionName]
}

// cutParts cuts a file into what comes before its parts, and the parts.
func cutParts(text string) (head string, parts map[string]string) {
	parts = map[string]string{}
	name := ""
	var b strings.Builder
	end := func() {
		if name == "" {
			head = b.String()
		} else {
			parts[name] = b.String()
		}
		b.Reset()
	}
	for line := range strings.Lines(text) {
		if next, is := strings.CutPrefix(line, partHead); is {
			end()
			name = strings.TrimSuffix(next, "\n")
			continue
		}
		b.WriteString(line)
	}
	end()
	return head, parts
}

// Report is the part of the file for people.
func (v *Version) Report() string {
	_, rest, _ := bytes.Cut(v.Text, []byte("\n"))
	_, parts := cutParts(string(rest))
	return parts[reportPart]
}

// writeVersion writes a file of weights. The settings are lines "key: value".
func writeVersion(r *Rules, settings []string, report string) []byte {
	var b bytes.Buffer
	fmt.Fprintln(&b, strings.Join(settings, "\n"))
	fmt.Fprintf(&b, "%s%s\n%s", partHead, reportPart, report)
	fmt.Fprintf(&b, "%s%s\n%s", partHead, weightsFile, r.weightsTable())
	fmt.Fprintf(&b, "%s%s\n%s", partHead, familyFile, r.namesTable(FamilyName))
	fmt.Fprintf(&b, "%s%s\n%s", partHead, givenFile, r.namesTable(GivenName))
	return append([]byte(versionHead+nameOf(b.Bytes())+"\n"), b.Bytes()...)
}

// weightsTable is weights.tsv of these rules.
func (r *Rules) weightsTable() string {
	var b strings.Builder
	b.WriteString("# version: estimated; source: a registry, see the report\nfield\tlevel\tbits\tleast\tagrees\tsays\twhy\n")
	for f, levels := range fieldLevels {
		for _, l := range levels {
			least, agrees := "", ""
			if l == Same && r.least[f] != 0 {
				least = r.least[f].text()
			}
			if l == Same && r.agrees[f] != 0 {
				agrees = strconv.FormatFloat(r.agrees[f], 'f', -1, 64)
			}
			fmt.Fprintln(&b, strings.Join([]string{
				fieldNames[f], r.names[f][l], r.weights[f][l].text(), least, agrees, r.says[f][l], r.why[f][l],
			}, "\t"))
		}
	}
	return b.String()
}

// text is a number of bits as a file has it.
func (b Bits) text() string { return strconv.FormatFloat(b.Float(), 'f', -1, 64) }

// namesTable is a table of frequent names of these rules.
func (r *Rules) namesTable(f Field) string {
	var b strings.Builder
	b.WriteString("# source: this registry and the table before, see the report\nname\tper_million\n")
	for _, n := range sortedNames(r.bearers[f]) {
		fmt.Fprintf(&b, "%s\t%d\n", n, r.bearers[f][n])
	}
	return b.String()
}

// overlay are the files of matching/ with some of them replaced.
type overlay struct {
	embed.FS
	parts map[string]string
}

// ReadFile reads a file.
func (o overlay) ReadFile(name string) ([]byte, error) {
	if text, has := o.parts[name]; has {
		return []byte(text), nil
	}
	return o.FS.ReadFile(name)
}

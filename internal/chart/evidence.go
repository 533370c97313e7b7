package chart

import (
	"bytes"
	"context"
	"fmt"
	"image"
	_ "image/jpeg" // as DecodeConfig reads it
	_ "image/png"  // likewise
	"path"
	"slices"
	"strings"
	"unicode"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// File is a file that a user gives, as it came.
type File struct {
	Name    string
	Content []byte
}

// What evidence may be at most.
const (
	MaxEvidence     = 3       // files of a petition
	MaxEvidenceSize = 5 << 20 // bytes of each
	maxPixels       = 100_000_000
)

// checkFiles are files as evidence; fault.Invalid or fault.TooLarge says of the first
// that is none why.
func checkFiles(files []File) ([]iis.Evidence, error) {
	if len(files) > MaxEvidence {
		return nil, fault.New(fault.Invalid, "There are %d files, and %d is the most. Put pages that belong together into one PDF.", len(files), MaxEvidence)
	}
	var out []iis.Evidence
	for i, f := range files {
		kind, wrong := kindOf(f.Content)
		switch {
		case len(f.Content) == 0:
			return nil, fault.New(fault.Invalid, "File %d is empty. Nothing was stored.", i+1)
		case len(f.Content) > MaxEvidenceSize:
			return nil, fault.New(fault.TooLarge, "File %d is larger than %d MB. Scan it in black and white, or with fewer dots.", i+1, MaxEvidenceSize>>20)
		case wrong != "":
			return nil, fault.New(fault.Invalid, "File %d %s. Nothing was stored.", i+1, wrong)
		}
		out = append(out, iis.Evidence{Name: harmless(f.Name, kind, i+1), Kind: kind, Content: f.Content})
	}
	return out, nil
}

// The kinds of files that evidence may be.
var extensions = map[string]string{"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png"}

// active are what a PDF has that does something by itself (ISO 32000-1, 12.6.4 and
// 7.11.4). It is looked for as it is written plainly: what is packed is not found, and
// so a browser never shows evidence within our pages.
var active = [][]byte{[]byte("/JavaScript"), []byte("/JS"), []byte("/Launch"), []byte("/EmbeddedFile"), []byte("/RichMedia"), []byte("/XFA")}

// kindOf is the media type of a file by what is in it, whatever it is called, or what
// is wrong with it.
func kindOf(content []byte) (kind, wrong string) {
	if bytes.HasPrefix(content, []byte("%PDF-")) {
		if !bytes.Contains(content[max(0, len(content)-2048):], []byte("%%EOF")) {
			return "", "is a PDF without an end: it was cut off. Choose it again"
		}
		for _, a := range active {
			if bytes.Contains(content, a) {
				return "", "is a PDF that does something by itself, such as a script or a file within it. Print it to a new PDF, and choose that"
			}
		}
		return "application/pdf", ""
	}
	c, format, err := image.DecodeConfig(bytes.NewReader(content))
	switch {
	case err != nil || format != "jpeg" && format != "png":
		return "", "is neither a PDF nor a JPEG or PNG picture"
	case c.Width*c.Height > maxPixels:
		return "", "is a picture of too many dots. Make it smaller"
	}
	return "image/" + format, ""
}

// harmless is a file's name without folders and without what other programs take for
// more than a name; its end is that of its kind.
func harmless(name, kind string, number int) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.TrimSuffix(name, path.Ext(name))
	name = strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(" -_", r) {
			return r
		}
		return '-'
	}, name)
	letters := []rune(strings.Trim(name, " -"))
	if len(letters) == 0 {
		letters = []rune(fmt.Sprintf("file-%d", number))
	}
	return string(letters[:min(len(letters), 60)]) + extensions[kind]
}

// Evidence is a file that proves a petition, for those who may open the record: of which
// they see a part, for who asked for the correction. It is audited as opening the record is.
func (d *Desk) Evidence(ctx context.Context, by iis.Actor, person iis.PersonID, id iis.EvidenceID) (e iis.Evidence, err error) {
	r, err := d.read(ctx, by, person, actEvidence)
	if err != nil {
		return e, err
	}
	if !slices.ContainsFunc(r.evidence, func(e iis.Evidence) bool { return e.ID == id }) { // not there, or of what others asked for
		return e, fault.New(fault.NotFound, "There is no such file.")
	}
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		e, err = tx.EvidenceContent(r.folder.ID, id)
		return err
	})
	if err != nil {
		return e, fmt.Errorf("open evidence of %d: %w", person, err)
	}
	return e, nil
}

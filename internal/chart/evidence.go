package chart

import (
	"context"
	"fmt"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/scan"
	"openiis/internal/store"
)

// File is a file that a user gives, as it came.
type File struct {
	Name    string
	Content []byte
}

// MaxEvidence is how many files a petition may have.
const MaxEvidence = 3

// checkFiles are files as evidence; fault.Invalid or fault.TooLarge says of the first
// that is none why.
func checkFiles(files []File) ([]iis.Evidence, error) {
	if len(files) > MaxEvidence {
		return nil, fault.New(fault.Invalid, "There are %d files, and %d is the most. Put pages that belong together into one PDF.", len(files), MaxEvidence)
	}
	var out []iis.Evidence
	for i, f := range files {
		kind, err := scan.Kind(fmt.Sprintf("File %d", i+1), f.Content)
		if err != nil {
			return nil, err
		}
		out = append(out, iis.Evidence{Name: scan.Name(f.Name, kind, fmt.Sprintf("file-%d", i+1)), Kind: kind, Content: f.Content})
	}
	return out, nil
}

// Evidence is a file that proves a petition, for those who may open the record. It is
// audited as opening the record is.
func (d *Desk) Evidence(ctx context.Context, by iis.Actor, person iis.PersonID, id iis.EvidenceID) (e iis.Evidence, err error) {
	r, err := d.read(ctx, by, person, actEvidence)
	if err != nil {
		return e, err
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

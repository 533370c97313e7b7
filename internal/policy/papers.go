package policy

import (
	"cmp"
	"fmt"

	"openiis/internal/form"
)

// lacks tells of parts of the notice whose paper is not in the folder. One without any
// papers is not asked: those of the neutral folder hold, of which a notice prints what
// there is.
func (p *Policy) lacks(folder string, papers *form.Set) error {
	if p.Notice == nil || papers == nil || len(papers.Forms)+len(papers.Materials) == 0 { // what is wrong with the papers is told already
		return nil
	}
	for _, part := range p.Notice.Parts {
		if part.Paper != "" && papers.Form(part.Paper) == nil && papers.Material(part.Paper) == nil {
			return fmt.Errorf("%s%s: notice, parts, paper: there is no %q: want the name of a file in %s or %s, without .yaml", folder, File, part.Paper, form.FormsFolder, form.MaterialsFolder)
		}
	}
	return nil
}

// names are what papers call the state.
func (p *Policy) names() form.Names {
	return form.Names{Code: p.State, State: p.Name, Registry: p.Registry, Department: p.Department, Contact: cmp.Or(p.Contact, p.Department)}
}

// Papers are the forms and materials that hold: those of the state's folder. Where it
// has no forms those of the neutral folder hold, with this state's names, and so do
// its materials.
func (p *Policy) Papers() *form.Set {
	own := p.papers
	if own == nil {
		own = &form.Set{Names: p.names()}
	}
	if len(own.Forms) > 0 && len(own.Materials) > 0 || p.State == neutralState {
		return own
	}
	neutral := Neutral().papers.For(p.names())
	if len(own.Forms) > 0 {
		neutral.Forms = own.Forms
	}
	if len(own.Materials) > 0 {
		neutral.Materials = own.Materials
	}
	return neutral
}

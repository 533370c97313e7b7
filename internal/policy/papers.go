package policy

import (
	"cmp"
	"io/fs"

	"openiis/internal/form"
	"openiis/states"
)

// papersIn are the forms and materials of a folder that is part of the program.
func papersIn(dir string) (map[string][]byte, error) {
	out := map[string][]byte{}
	for _, folder := range form.Folders {
		names, err := fs.Glob(states.Files, dir+folder+"/*.yaml")
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			if out[name[len(dir):]], err = fs.ReadFile(states.Files, name); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
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

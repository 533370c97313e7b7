package policy

import (
	"io/fs"
	"path"

	"openiis/internal/form"
	"openiis/states"
)

// lettersFolder is the folder of a state's folder with letters to sites.
const lettersFolder = "letters"

// Letters are what the registry writes to sites from their own figures: those of a state
// that is part of the program, or else the neutral ones with this state's names. They are
// written as forms are, whose answers are the figures. An error is one of this build.
func (p *Policy) Letters() (*form.Set, error) {
	for _, state := range []string{p.State, neutralState} {
		names, err := fs.Glob(states.Files, state+"/"+lettersFolder+"/*.yaml")
		if err != nil {
			return nil, err
		}
		if len(names) == 0 || state == p.State && p.Text != "" {
			continue
		}
		files := map[string][]byte{}
		for _, name := range names {
			text, err := fs.ReadFile(states.Files, name)
			if err != nil {
				return nil, err
			}
			files[form.FormsFolder+"/"+path.Base(name)] = text
		}
		return form.Read("states/"+state+"/"+lettersFolder+" as ", files, p.names())
	}
	return &form.Set{Names: p.names()}, nil
}

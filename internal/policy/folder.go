package policy

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"openiis/internal/form"
)

// Folder are the files of a state's folder; those that it does not have are nil.
type Folder struct {
	Policy, Regions []byte
	// Files are all others by their paths within the folder: forms and materials, and
	// courses, and questions and answers, of its own.
	Files map[string]string
}

// lessonFolders are the folders of a state's own courses, and questions and answers.
var lessonFolders = []string{"training", "help"}

// IsLesson reports that a path within a state's folder is that of a course, or of questions and
// answers: training/NAME/course.yaml. Package course reads those.
func IsLesson(name string) bool {
	top, _, below := strings.Cut(name, "/")
	return below && slices.Contains(lessonFolders, top)
}

// FolderIn reads a state's folder in a file system; dir ends with a slash or is "". What is
// hidden, such as an editor's own files, is passed over.
func FolderIn(files fs.FS, dir string) (f Folder, err error) {
	if f.Policy, err = fs.ReadFile(files, dir+File); err != nil {
		return f, fmt.Errorf("read the policy: %w", err)
	}
	if f.Regions, err = fs.ReadFile(files, dir+RegionsFile); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return f, fmt.Errorf("read the regions: %w", err)
	}
	f.Files = map[string]string{}
	for _, folder := range slices.Concat(form.Folders, lessonFolders) {
		err := fs.WalkDir(files, dir+folder, func(name string, d fs.DirEntry, err error) error {
			switch {
			case errors.Is(err, fs.ErrNotExist):
				return nil
			case err != nil:
				return err
			case strings.HasPrefix(path.Base(name), "."):
				return nil
			}
			within := strings.TrimPrefix(name, dir)
			if slices.Contains(form.Folders, folder) && within != folder && (d.IsDir() || !form.IsFile(within)) {
				return fmt.Errorf("%s: is no file of a paper: want a name that ends in .yaml; take everything else out of the folder", within)
			}
			if d.IsDir() {
				return nil
			}
			text, err := fs.ReadFile(files, name)
			f.Files[within] = string(text)
			return err
		})
		if err != nil {
			return f, fmt.Errorf("read the folder %s: %w", folder, err)
		}
	}
	return f, nil
}

// ReadFolder reads the files of a folder whose name begins errors. What is wrong with
// any of them is told together.
func ReadFolder(name string, f Folder) (*Policy, error) {
	p, err := Read(name+File, f.Policy)
	errs := []error{err}
	of := Policy{}
	if p != nil {
		of = *p
	}
	var regions []Region
	if f.Regions != nil {
		var wrong error
		regions, wrong = ReadRegions(name+RegionsFile, f.Regions, of.State)
		errs = append(errs, wrong)
	}
	texts := map[string][]byte{}
	for path, text := range f.Files {
		if form.IsFile(path) {
			texts[path] = []byte(text)
		}
	}
	papers, wrong := form.Read(name, texts, of.names())
	errs = append(errs, wrong, of.lacks(name, papers))
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	if err := p.wantsForms(name, papers); err != nil {
		return nil, err
	}
	p.Regions, p.RegionsText, p.papers, p.Files = regions, string(f.Regions), papers, f.Files
	return p, nil
}

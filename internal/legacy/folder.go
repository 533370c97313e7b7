package legacy

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// ownerFile says whose a folder is: one line, an import or "preview".
const ownerFile = "import.id"

// ofPreview is the owner of what no import wrote: another preview, and the import
// itself, may take its place.
const ofPreview = "preview"

// root is where folders of imports are: the one that was named, or beside the file.
func (im *Import) root() string {
	if im.Out != "" {
		return im.Out
	}
	name := "import"
	if im.rules().office {
		name += "-" + im.rules().sheets[0].rows
	}
	return filepath.Join(filepath.Dir(im.Patients), name)
}

// fileName is what the people's file is called, without what says its kind.
func (im *Import) fileName() string {
	name := strings.TrimSuffix(filepath.Base(im.Patients), ".gz")
	return strings.TrimSuffix(name, filepath.Ext(name))
}

// spill is where the rows lie while they are sorted. It is found again by the next
// start, which takes away what was cut off.
func (im *Import) spill() string {
	return filepath.Join(im.root(), "sorting-"+im.fileName()+".partial")
}

// settleFolder finds the folder of this import, and no report of another is ever
// replaced in it: the folder that was named, as long as it is no other import's; and
// else one in it by the name and the digest of the file. A preview has its own.
func (i *importing) settleFolder() error {
	owner := fmt.Sprintf("%s %d", i.run.ID, i.run.Begun.UnixMicro())
	name := i.fileName()
	for k := range i.paths() {
		name += fmt.Sprintf("-%.4x", i.sorted.files[k].digest)
	}
	if i.DryRun {
		owner, name = ofPreview, name+"-preview"
	}
	if i.Out != "" {
		if ours, err := claim(i.Out, owner); err != nil || ours {
			i.folder, i.report.Folder = i.Out, i.Out
			return err
		}
	}
	for n := 1; ; n++ { // the same files may be in another registry too
		folder := filepath.Join(i.root(), name)
		if n > 1 {
			folder += fmt.Sprintf("-%d", n)
		}
		if ours, err := claim(folder, owner); err != nil || ours {
			i.folder, i.report.Folder = folder, folder
			return err
		}
	}
}

// claim makes a folder this owner's, unless it is another's.
func claim(folder, owner string) (ours bool, err error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return false, err
	}
	path := filepath.Join(folder, ownerFile)
	has, err := os.ReadFile(path)
	switch {
	case err == nil && strings.TrimSpace(string(has)) == owner:
		return true, nil
	case err == nil && strings.TrimSpace(string(has)) != ofPreview:
		return false, nil
	case err == nil:
		return true, os.WriteFile(path, []byte(owner+"\n"), 0o600)
	case !errors.Is(err, fs.ErrNotExist):
		return false, err
	}
	for _, name := range []string{reportFile, placedFile} { // of an import that did not say whose they are
		if _, err := os.Stat(filepath.Join(folder, name)); !errors.Is(err, fs.ErrNotExist) {
			return false, err
		}
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) { // another began at the same time
		return false, nil
	}
	if err != nil {
		return false, err
	}
	_, err = f.WriteString(owner + "\n")
	return err == nil, errors.Join(err, f.Close())
}

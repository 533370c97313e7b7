package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"

	"openiis/internal/fault"
	"openiis/ui"
)

// assets are the files of package ui under names that change with their
// content, so that a browser may keep each for ever.
type assets struct {
	byName  map[string][]byte // styles-0a1b2c3d4e5f.css
	current map[string]string // styles.css → styles-0a1b2c3d4e5f.css
}

func newAssets() assets {
	a := assets{map[string][]byte{}, map[string]string{}}
	for _, file := range []string{"styles.css", "icon.svg"} {
		content, err := fs.ReadFile(ui.Files, file)
		if err != nil {
			panic("web: an embedded file is missing: " + err.Error()) // a bug of this build
		}
		sum := sha256.Sum256(content)
		ext := path.Ext(file)
		name := strings.TrimSuffix(file, ext) + "-" + hex.EncodeToString(sum[:6]) + ext
		a.byName[name], a.current[file] = content, name
	}
	return a
}

// address is where a file is served now.
func (a assets) address(file string) string { return "/assets/" + a.current[file] }

// asset serves one file.
func (s *site) asset(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("name")
	content, ok := s.assets.byName[name]
	if !ok {
		return fault.New(fault.NotFound, "There is no such file.")
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(content))
	return nil
}

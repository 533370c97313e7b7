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

// assets are the files of package ui. Their common folder has a name that
// changes with what is in them, so that a browser may keep each for ever, and
// the style sheet can name fonts and icons by their paths.
type assets struct {
	folder string
	byPath map[string]asset
}

type asset struct {
	content []byte
	packed  []byte // by gzip; nil for what is packed already
}

// The files that pages name.
const (
	styleSheet    = "styles.css"
	icon          = "icon.svg"
	passkeyScript = "passkey.js"
	sessionScript = "session.js"
)

func newAssets() assets {
	a := assets{byPath: map[string]asset{}}
	sum := sha256.New()
	add := func(name string, content []byte) {
		_, _ = sum.Write(append([]byte(name+"\x00"), content...)) // a hash never fails
		file := asset{content: content}
		if path.Ext(name) != ".woff2" {
			file.packed = pack(content)
		}
		a.byPath[name] = file
	}
	add(icon, ui.Icon())
	add(passkeyScript, ui.PasskeyScript())
	add(sessionScript, ui.SessionScript())
	styles := ui.Styles()
	err := fs.WalkDir(styles, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), ".") {
			return err
		}
		content, err := fs.ReadFile(styles, name)
		add(name, content)
		return err
	})
	if err != nil {
		panic("web: an embedded file cannot be read: " + err.Error()) // a bug of this build
	}
	a.folder = hex.EncodeToString(sum.Sum(nil)[:6])
	return a
}

// address is where a file is served now; "" when there is none.
func (a assets) address(file string) string {
	if _, ok := a.byPath[file]; !ok {
		return ""
	}
	return "/assets/" + a.folder + "/" + file
}

// asset serves one file.
func (s *site) asset(w http.ResponseWriter, r *http.Request) error {
	file, ok := s.assets.byPath[r.PathValue("path")]
	if !ok || r.PathValue("folder") != s.assets.folder {
		return fault.New(fault.NotFound, "There is no such file.")
	}
	content := file.content
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	if file.packed != nil {
		w.Header().Set("Vary", "Accept-Encoding")
		if unpacks(r) {
			w.Header().Set("Content-Encoding", "gzip")
			content = file.packed
		}
	}
	http.ServeContent(w, r, path.Base(r.PathValue("path")), time.Time{}, bytes.NewReader(content))
	return nil
}

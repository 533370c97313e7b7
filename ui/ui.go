// Package ui holds what the pages look like: the style sheet with its fonts and
// icons, and our own icon.
//
// It embeds them and the two scripts, and nothing more; the pages themselves are beside their
// handlers in package web. The style sheet is the U.S. Web Design System with
// our settings (styles/), compiled into dist by `make styles`. A program built
// without that has plain pages. README.md says which classes pages use.
package ui

import (
	"embed"
	"io/fs"
)

//go:embed all:dist icon.svg passkey.js session.js
var files embed.FS

// Styles are the style sheet, styles.css, and the fonts and icons that it names
// by their paths; empty when the program was built without them.
func Styles() fs.FS {
	dist, err := fs.Sub(files, "dist")
	if err != nil {
		panic("ui: " + err.Error()) // the path is a constant
	}
	return dist
}

// PasskeyScript makes and uses passkeys, which browsers do for scripts only, on the pages that
// ask for one.
func PasskeyScript() []byte { return file("passkey.js") }

// SessionScript warns before a session ends, on every page of whoever is signed in.
func SessionScript() []byte { return file("session.js") }

// Icon is the icon of the pages, an SVG.
func Icon() []byte { return file("icon.svg") }

func file(name string) []byte {
	b, err := files.ReadFile(name)
	if err != nil {
		panic("ui: an embedded file is missing: " + err.Error()) // a bug of this build
	}
	return b
}

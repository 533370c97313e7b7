// Package ui holds what the pages look like: the style sheet with its fonts and
// icons, and our own icon.
//
// It embeds them and the one script, and nothing more; the pages themselves are beside their
// handlers in package web. The style sheet is the U.S. Web Design System with
// our settings (styles/), compiled into dist by `make styles`. A program built
// without that has plain pages. README.md says which classes pages use.
package ui

import (
	"embed"
	"io/fs"
)

//go:embed all:dist icon.svg passkey.js
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

// Script is the one script of the pages: it makes and uses passkeys, which browsers do for
// scripts only. No other page has any.
func Script() []byte {
	b, err := files.ReadFile("passkey.js")
	if err != nil {
		panic("ui: an embedded file is missing: " + err.Error()) // a bug of this build
	}
	return b
}

// Icon is the icon of the pages, an SVG.
func Icon() []byte {
	b, err := files.ReadFile("icon.svg")
	if err != nil {
		panic("ui: an embedded file is missing: " + err.Error()) // a bug of this build
	}
	return b
}

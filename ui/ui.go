// Package ui holds what the pages look like: the style sheet and the icon.
//
// It embeds them and nothing more; the pages themselves are beside their
// handlers in package web. package.json names the tools that only tests need.
package ui

import "embed"

// Files are the style sheet and the icon.
//
//go:embed styles.css icon.svg
var Files embed.FS

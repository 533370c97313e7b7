// Package matching holds the facts by which people are matched as files that
// people read and change: weights, profiles, frequencies of names, nicknames
// and what is written for something unknown.
//
// It embeds them and nothing more; README.md says what each column means. Start
// at package match, which reads them.
package matching

import "embed"

// Files are the rules, *.tsv.
//
//go:embed *.tsv
var Files embed.FS

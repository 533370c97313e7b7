// Package matching holds the facts by which people are matched, and reports of
// doses joined, as files that people read and change: weights, profiles,
// frequencies of names, nicknames and what is written for something unknown; and
// how many days apart two reports may be of one shot.
//
// It embeds them and nothing more; README.md says what each column means. Start
// at packages match and dedupe, which read them.
package matching

import "embed"

// Files are the rules by which people are matched, *.tsv.
//
//go:embed *.tsv
var Files embed.FS

// Doses are the facts by which reports of doses are joined, doses/*.tsv.
//
//go:embed doses/*.tsv
var Doses embed.FS

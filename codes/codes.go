// Package codes holds the code sets as files that people read and change:
// vaccines, makers, package numbers, information statements and the HL7 tables.
//
// It embeds them and nothing more; README.md says what each column means.
// Start at package codeset, which reads them.
package codes

import "embed"

// Files are the code-set files, *.tsv, hl7/*.tsv and message/*.tsv.
//
//go:embed *.tsv hl7/*.tsv message/*.tsv
var Files embed.FS

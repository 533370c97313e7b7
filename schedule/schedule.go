// Package schedule holds the clinical schedule as files that people read and
// change: a folder a release of CDC's Supporting Data, in it a file an antigen.
//
// It embeds them and nothing more; README.md says what each key means. Start at
// package internal/schedule, which reads them.
package schedule

import "embed"

// Files are the releases, acip/<release>/*.yaml.
//
//go:embed acip
var Files embed.FS

// Package help holds questions and answers as files that people read and change: a file
// a topic.
//
// It embeds them and nothing more; README.md says how they are written. Start at package
// internal/course, which reads them.
package help

import "embed"

// Name is that of the folder, as files and errors name it.
const Name = "help"

// Files are the topics, <topic>.md; README.md is none.
//
//go:embed *.md
var Files embed.FS

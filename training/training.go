// Package training holds the courses as files that people read and change: a folder a
// course, with what it is and its quiz in course.yaml and what is read in pages.md.
//
// It embeds them and nothing more; README.md says what each key means. Start at package
// internal/course, which reads them.
package training

import "embed"

// Name is that of the folder, as files and errors name it.
const Name = "training"

// Files are the courses, <course>/course.yaml and <course>/pages.md, and transcripts of
// videos.
//
//go:embed */course.yaml */*.md
var Files embed.FS

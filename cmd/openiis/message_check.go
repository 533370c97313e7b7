package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"time"

	"openiis/internal/cal"
	"openiis/internal/check"
	"openiis/internal/codeset"
	"openiis/internal/intake"
)

// messageCheck is `openiis message check`: what the registry would say of each
// message, without a registry.
func messageCheck(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("message check", flag.ContinueOnError)
	now := f.String("now", "", "the day on which the messages are taken to arrive, YYYY-MM-DD; today without it")
	severities := f.String("severities", "", "table of severities, as `openiis sender severities --show` writes it")
	files, status, ok := parseFiles(f, args, stderr)
	if !ok {
		return status
	}
	c := checker{received: time.Now()}
	if *now != "" {
		day, err := cal.Parse(*now)
		if err != nil || day.IsZero() {
			fmt.Fprintf(stderr, "openiis message check: --now %s: want a day as YYYY-MM-DD\n", *now)
			return exitUsage
		}
		// The last second: nothing that was sent that day is in the future.
		c.received = day.AddDays(1).Time().Add(-time.Second)
	}
	var err error
	if c.severities, err = readSeverities(*severities); err != nil {
		return failUsage(stderr, "message check", err)
	}
	if c.codes, err = codeset.Load(); err != nil {
		return fail(stderr, "message check", err)
	}
	out := bufio.NewWriter(stdout)
	c.out = json.NewEncoder(out)
	c.out.SetEscapeHTML(false)
	well := eachFile(files, stdin, stderr, c.file)
	if err := out.Flush(); err != nil {
		return fail(stderr, "message check", err)
	}
	if !well {
		return exitFailed
	}
	return exitOK
}

// checker writes one line a message.
type checker struct {
	codes      *codeset.Tables
	severities *check.Severities
	received   time.Time
	out        *json.Encoder
}

// checkedLine is the verdict on one message.
type checkedLine struct {
	ID       *string       `json:"id"` // MSH-10; null when there is none
	Ack      string        `json:"ack"`
	Findings []findingLine `json:"findings"`
}

type findingLine struct {
	Rule     string `json:"rule"`
	Severity string `json:"severity"`
	Location string `json:"location,omitempty"` // as ERR-2 has it
	Code0357 string `json:"code0357"`
	Code0533 string `json:"code0533,omitempty"`
	Text     string `json:"text"`
}

// unreadableLine stands for what is no message.
type unreadableLine struct {
	ID    *string `json:"id"` // always null
	Error string  `json:"error"`
}

func (c checker) file(_ string, r io.Reader) error {
	return eachMessage(r, defaults().MaxMessageBytes, c.message, func(stray int, tooLong bool) error {
		say := "The message is longer than the limit."
		if !tooLong {
			say = fmt.Sprintf("%d lines belong to no message: there is no MSH before them.", stray)
			if stray == 1 {
				say = "A line belongs to no message: there is no MSH before it."
			}
		}
		return c.out.Encode(unreadableLine{Error: say})
	})
}

func (c checker) message(raw []byte) error {
	e := intake.Examine(raw, c.codes, c.severities, c.received)
	line := checkedLine{Ack: e.Ack, Findings: make([]findingLine, len(e.Findings))}
	if e.Head.ControlID != "" {
		line.ID = &e.Head.ControlID
	}
	for i, f := range e.Findings {
		line.Findings[i] = findingLine{
			Rule: f.Rule, Severity: string(f.Severity), Location: f.Where.ERL(),
			Code0357: f.HL7, Code0533: f.App, Text: f.Say,
		}
	}
	return c.out.Encode(line)
}

package deed

// ofRecords are acts by which somebody read a record or added to it.
var ofRecords = map[string]Deed{
	"take message":         {Kind: Changed, Words: "Sent a message for this record", Message: true},
	"close a record":       {Kind: Changed, Words: "Closed this record: the parents had their child left out of the registry"},
	"raise concern":        {Kind: Changed, Words: "Told the registry’s staff that something looks wrong"},
	"settle concern":       {Kind: Changed, Words: "Closed a note that something looks wrong"},
	"record health fact":   {Kind: Changed, Words: "Recorded a health fact or refusal", Message: true},
	"withdraw health fact": {Kind: Changed, Words: "Withdrew a health fact or refusal", Message: true},

	"answer query":     {Kind: Answered, Words: "Received this record in answer to a query", Message: true},
	"print record":     {Kind: Printed, Words: "Printed the immunization record", Opens: true},
	"print access log": {Kind: Printed, Words: "Printed who saw or changed this record", Opens: true},

	"open access log":          {Kind: Looked, Words: "Read older lines of this log", Opens: true},
	"open record":              {Kind: Looked, Words: "Opened this record", Opens: true},
	"refuse a closed record":   {Kind: Looked, Words: "Asked for this record and was refused: it is closed", Opens: true},
	"search":                   {Kind: Looked, Words: "Saw this person in a list of search results"},
	"list newest":              {Kind: Looked, Words: "Saw this person in the list of newest records"},
	"list concerns":            {Kind: Looked, Words: "Saw this person in the list of records that look wrong"},
	"open health form":         {Kind: Looked, Words: "Opened a form about health facts", Opens: true},
	"compare records":          {Kind: Looked, Words: "Opened this record beside another, to compare them", Opens: true},
	"compare a source":         {Kind: Looked, Words: "Opened what one source says beside the rest of this record, to compare them", Opens: true},
	"compare doses":            {Kind: Looked, Words: "Opened two doses of this record beside each other, to compare them", Opens: true},
	"compare a death":          {Kind: Looked, Words: "Opened this record beside a death certificate, to compare them", Opens: true},
	"list possible duplicates": {Kind: Looked, Words: "Saw this person in the list of possible duplicates"},
	"list notices":             {Kind: Looked, Words: "Saw this person in the list of notices to parents"},

	"list sources":                   {Kind: Looked, Words: "Listed the sources of this record", Opens: true},
	"list decisions":                 {Kind: Looked, Words: "Listed the decisions about this record", Opens: true},
	"list unmatched deaths":          {Kind: Looked, Words: "Listed deaths without a record"},
	"list deaths without a record":   {Kind: Looked, Words: "Read the list of deaths without a record"},
	"open a death without a record":  {Kind: Looked, Words: "Saw this person among those whose death a certificate may tell of"},
	"open message":                   {Kind: Messages, Words: "Opened a message about this record", Message: true},
	"copy message":                   {Kind: Messages, Words: "Opened a message about this record, to try a corrected copy", Message: true},
	"read receipt":                   {Kind: Messages, Words: "Read what became of a message about this record", Message: true},
	"replay message":                 {Kind: Messages, Words: "Tried what a corrected message would do to this record"},
	"keep file":                      {Kind: Messages, Words: "Uploaded a file of vaccinations"},
	"open file":                      {Kind: Messages, Words: "Opened a file of vaccinations"},
	"store rows of file":             {Kind: Messages, Words: "Had the rows of a file stored"},
	"try rows of file":               {Kind: Messages, Words: "Tried what the rows of a file would do"},
	"set columns of files":           {Kind: Messages, Words: "Set what the columns of a site’s files mean"},
	"compare records with the truth": {Kind: Messages, Words: "Compared records with an old registry"},
}

// ofIdentity are decisions about who is who, which reports are of one shot, and notices.
var ofIdentity = map[string]Deed{
	"merge records":                  {Kind: Who, Words: "Decided that two records are of one person"},
	"hold records together":          {Kind: Who, Words: "Decided that two records are of one person, and stay together"},
	"move a source":                  {Kind: Who, Words: "Moved what one source says to another record"},
	"hold records apart":             {Kind: Who, Words: "Decided that two records are of different people"},
	"hold sources together":          {Kind: Who, Words: "Decided that two sources belong together"},
	"decide that a person is alive":  {Kind: Who, Words: "Decided that this person is alive"},
	"flag records as one":            {Kind: Who, Words: "Said that two records may be of one person"},
	"undo a decision":                {Kind: Who, Words: "Undid a decision about who is who"},
	"pin doses":                      {Kind: Who, Words: "Decided whether two reports are of one shot"},
	"unpin doses":                    {Kind: Who, Words: "Took back a decision about two reports of doses"},
	"put off a decision about doses": {Kind: Who, Words: "Put off the decision whether doses of this record are one"},
	"put off a decision":             {Kind: Who, Words: "Put off the decision whether this record is one with another"},

	"decide whose death it is":             {Kind: Who, Words: "Decided that a death certificate is this person’s"},
	"decide that a death is nobody's here": {Kind: Who, Words: "Decided that a death certificate is of nobody in the registry"},
	"put a death back on the list":         {Kind: Who, Words: "Put a death certificate back on the list"},
	"seal an identity":                     {Kind: Who, Words: "Sealed a former identity"},
	"unseal an identity":                   {Kind: Who, Words: "Unsealed a former identity"},
	"take over to a new identity":          {Kind: Who, Words: "Let something of a former identity go over"},
	"list sealed identities":               {Kind: Looked, Words: "Read the list of sealed identities"},
	"open a sealing":                       {Kind: Looked, Words: "Opened a sealed identity", Opens: true},
	"make a notice due":                    {Kind: Notices, Words: "Made a notice to the parents due"},
	"withdraw a notice":                    {Kind: Notices, Words: "Withdrew a notice to the parents"},
	"put a notice into another language":   {Kind: Notices, Words: "Put a notice to the parents into another language"},
	"mark a notice due":                    {Kind: Notices, Words: "Marked a notice to the parents as due again"},
	"mark a notice made":                   {Kind: Notices, Words: "Marked a notice to the parents as made"},
	"mark a notice sent":                   {Kind: Notices, Words: "Marked a notice to the parents as sent"},
	"mark a notice returned":               {Kind: Notices, Words: "Marked a notice to the parents as returned"},
}

// ofUpkeep are acts that are about no record, or about all.
var ofUpkeep = map[string]Deed{
	"sign in":     {Kind: Accounts, Words: "Signed in"},
	"sign out":    {Kind: Accounts, Words: "Signed out"},
	"set sender":  {Kind: Accounts, Words: "Added or changed a sender"},
	"set go-live": {Kind: Accounts, Words: "Set the day on which a sender goes live"},

	"set severity":        {Kind: Upkeep, Words: "Changed the severities of a sender"},
	"set state policy":    {Kind: Upkeep, Words: "Had the registry go by a state’s policy"},
	"adopt weights":       {Kind: Upkeep, Words: "Signed off weights of matching"},
	"estimate weights":    {Kind: Upkeep, Words: "Estimated weights of matching from records"},
	"renew doses":         {Kind: Upkeep, Words: "Made the doses of this record anew by the present rules"},
	"make keys anew":      {Kind: Upkeep, Words: "Made match keys anew"},
	"look for duplicates": {Kind: Upkeep, Words: "Looked for duplicates"},
	"refresh standing":    {Kind: Upkeep, Words: "Renewed where people stand by the schedule"},
	"distribute registry": {Kind: Upkeep, Words: "Spread the registry over servers"},
	"begin import":        {Kind: Upkeep, Words: "Began to import an old registry"},
	"import people":       {Kind: Upkeep, Words: "Imported people of an old registry"},
	"finish import":       {Kind: Upkeep, Words: "Finished the import of an old registry"},
	"back up":             {Kind: Upkeep, Words: "Backed the registry up"},
	"restore":             {Kind: Upkeep, Words: "Restored the registry from a backup"},

	"search audit":         {Kind: Audits, Words: "Searched the audit for what was done with this record"},
	"search audit of many": {Kind: Audits, Words: "Searched the audit"},
	"alert: raise":         {Kind: Audits, Words: "Raised an alert on access to this record"},
	"alert: list":          {Kind: Audits, Words: "Read the list of alerts"},
	"alert: open":          {Kind: Audits, Words: "Opened an alert on access to this record"},
	"alert: explained":     {Kind: Audits, Words: "Decided of an alert: explained"},
	"alert: misuse":        {Kind: Audits, Words: "Decided of an alert: misuse"},
	"alert: not decided":   {Kind: Audits, Words: "Wrote of an alert, and left it open"},
	"alert: watch":         {Kind: Audits, Words: "Had this record watched"},
	"alert: end watch":     {Kind: Audits, Words: "Ended the watch on this record"},
	"alert: list watched":  {Kind: Audits, Words: "Read the list of watched records"},
}

// ofMany begin acts whose name goes on with what was done.
var ofMany = map[string]Deed{
	"review: ":      {Kind: Accounts, Words: "In the review of a sender: "},
	"set user: ":    {Kind: Accounts, Words: "Added a user, or set the password of one: "},
	"change user: ": {Kind: Accounts, Words: "Changed what a user may do: "},
}

package chart

// noGroup is the heading of doses that belong to no vaccine group: immune
// globulins, and vaccines whose code is not known.
const noGroup = "Other"

// groupWords are plain words for CDC's names of vaccine groups (vac2vg). A group
// that is not here keeps CDC's name.
var groupWords = map[string]string{
	"ADENO":                   "Adenovirus",
	"ANTHRAX":                 "Anthrax",
	"BCG":                     "Tuberculosis (BCG)",
	"COVID-19":                "COVID-19",
	"Chikungunya":             "Chikungunya",
	"DENGUE":                  "Dengue",
	"DTAP":                    "Diphtheria, tetanus, pertussis (DTaP)",
	"Ebola":                   "Ebola",
	"FLU":                     "Influenza",
	"FLU-Avian-H5":            "Influenza, avian H5",
	"H1N1 flu":                "Influenza, H1N1 of 2009",
	"H5N1 flu":                "Influenza, H5N1",
	"HIB":                     "Haemophilus influenzae type b (Hib)",
	"HPV":                     "Human papillomavirus (HPV)",
	"HepA":                    "Hepatitis A",
	"HepB":                    "Hepatitis B",
	"Japanese encephalitis":   "Japanese encephalitis",
	"Lyme disease":            "Lyme disease",
	"MENING":                  "Meningococcal (ACWY)",
	"MMR":                     "Measles, mumps, rubella (MMR)",
	"MeningB":                 "Meningococcal B",
	"Orthopoxvirus":           "Smallpox and mpox",
	"POLIO":                   "Polio",
	"Plague":                  "Plague",
	"PneumoPCV":               "Pneumococcal conjugate (PCV)",
	"PneumoPPV":               "Pneumococcal polysaccharide (PPSV)",
	"RABIES":                  "Rabies",
	"ROTAVIRUS":               "Rotavirus",
	"RSV":                     "Respiratory syncytial virus (RSV)",
	"TDAP":                    "Tetanus, diphtheria, pertussis (Tdap)",
	"TYPHOID":                 "Typhoid",
	"Td":                      "Tetanus, diphtheria (Td)",
	"Tick-borne encephalitis": "Tick-borne encephalitis",
	"VARICELLA":               "Varicella (chickenpox)",
	"VEE":                     "Venezuelan equine encephalitis",
	"YELLOWFEVER":             "Yellow fever",
	"ZOSTER":                  "Zoster (shingles)",
	"cholera":                 "Cholera",
}

func groupName(cdc string) string {
	if name, ok := groupWords[cdc]; ok {
		return name
	}
	return sentence(cdc)
}

// holds are the vaccine groups of the schedule with those of CDC's list (groupWords)
// whose doses they judge.
var holds = map[string][]string{
	"Chikungunya":           {"Chikungunya"},
	"Cholera":               {"cholera"},
	"COVID-19":              {"COVID-19"},
	"Dengue":                {"DENGUE"},
	"DTaP/Tdap/Td":          {"DTAP", "TDAP", "Td"},
	"Ebola":                 {"Ebola"},
	"HepA":                  {"HepA"},
	"HepB":                  {"HepB"},
	"Hib":                   {"HIB"},
	"HPV":                   {"HPV"},
	"Influenza":             {"FLU", "H1N1 flu"},
	"Japanese Encephalitis": {"Japanese encephalitis"},
	"Meningococcal":         {"MENING"},
	"Meningococcal B":       {"MeningB"},
	"MMR":                   {"MMR"},
	"Orthopoxvirus":         {"Orthopoxvirus"},
	"Pneumococcal":          {"PneumoPCV", "PneumoPPV"},
	"Polio":                 {"POLIO"},
	"Rabies":                {"RABIES"},
	"Rotavirus":             {"ROTAVIRUS"},
	"RSV":                   {"RSV"},
	"TBE":                   {"Tick-borne encephalitis"},
	"Typhoid":               {"TYPHOID"},
	"Varicella":             {"VARICELLA"},
	"Yellow Fever":          {"YELLOWFEVER"},
	"Zoster":                {"ZOSTER"},
}

// scheduleGroup names a vaccine group of the schedule in plain words. One that is
// not in holds keeps the schedule's name.
func scheduleGroup(name string) string {
	list := holds[name]
	switch {
	case name == "DTaP/Tdap/Td":
		return "Diphtheria, tetanus, pertussis"
	case name == "Pneumococcal" || len(list) == 0:
		return name
	}
	return groupName(list[0])
}

// headings are the groups of Record.Groups whose doses a group of the schedule judges.
func headings(name string) []string {
	var out []string
	for _, g := range holds[name] {
		out = append(out, groupName(g))
	}
	return out
}

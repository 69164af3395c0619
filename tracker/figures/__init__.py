"""Pictures that people paste into documents: a moment as a map, a course as a chart."""

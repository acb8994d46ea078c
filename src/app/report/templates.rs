//! What a new report begins with, as Markdown.

/// A beginning for a report.
pub struct Template {
    /// What it is called.
    pub title: &'static str,
    /// What it is for.
    pub words: &'static str,
    /// What stands in it.
    pub markdown: &'static str,
}

/// All of them.
pub const TEMPLATES: &[Template] = &[
    Template { title: "Blank", words: "Nothing yet.", markdown: "" },
    Template {
        title: "Experiment summary",
        words: "A question, what was tried, what came out.",
        markdown: "# Experiment summary\n\n> [!NOTE]\n> The result in one sentence.\n\n[TOC]\n\n## Question\n\nWhat did we want to know, and why does it matter?\n\n\
            ## Setup\n\n- Data:\n- Model:\n- What varies:\n\n## Results\n\nType / for panels and a run table.\n\n## What we conclude\n\n\
            ## What is next\n\n- [ ] \n",
    },
    Template {
        title: "Weekly",
        words: "What was done, what it showed, what is next.",
        markdown: "# Week of \n\n## Done\n\n- \n\n## What it showed\n\n\n## Next\n\n- [ ] \n\n## Blocked by\n\n- \n",
    },
    Template {
        title: "Ablation",
        words: "One change at a time against a baseline.",
        markdown: "# Ablation: \n\n## Baseline\n\nWhich run, which seeds, which budget.\n\n## Changes\n\n\
            | Change | Metric | Difference |\n|---|--:|--:|\n| baseline | | |\n\n## Curves\n\n\n\
            > [!WARNING]\n> How many seeds, and how far they spread.\n\n## What matters\n\n1. \n",
    },
];

//! Where a run happens: what a CI system says in its variables.

use std::path::PathBuf;

/// What is known of the CI system; nothing outside of one.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct CiEnvironment {
    /// Whether the log is read by GitHub Actions.
    pub is_github: bool,
    /// The revision that a pull request is to be merged into.
    pub base: Option<String>,
    /// The file with the summary of the job.
    pub summary: Option<PathBuf>,
    /// The file with the outputs of the step.
    pub outputs: Option<PathBuf>,
    /// The address at which the whole report can be read.
    pub whole: Option<String>,
}

impl CiEnvironment {
    pub fn read() -> Self {
        Self::of(&|name| std::env::var(name).ok())
    }

    fn of(variable: &dyn Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        if set("GITHUB_ACTIONS").as_deref() == Some("true") {
            let run = set("GITHUB_RUN_ID").filter(|id| id.bytes().all(|c| c.is_ascii_digit()));
            let whole = set("GITHUB_SERVER_URL").zip(set("GITHUB_REPOSITORY")).zip(run);
            return Self {
                is_github: true,
                // A checkout has the branches of the repository below `origin`.
                base: set("GITHUB_BASE_REF").map(|branch| format!("origin/{branch}")),
                summary: set("GITHUB_STEP_SUMMARY").map(PathBuf::from),
                outputs: set("GITHUB_OUTPUT").map(PathBuf::from),
                whole: whole.map(|((server, repository), run)| {
                    format!("{server}/{repository}/actions/runs/{run}")
                }),
            };
        }
        if set("GITLAB_CI").as_deref() == Some("true") {
            return Self {
                base: set("CI_MERGE_REQUEST_DIFF_BASE_SHA"),
                whole: set("CI_JOB_URL"),
                ..Self::default()
            };
        }
        Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> CiEnvironment {
        CiEnvironment::of(&|name| {
            let mut found = variables.iter().filter(|(key, _)| *key == name);
            found.next().map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn a_pull_request_has_a_base() {
        let github = of(&[
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_BASE_REF", "release/1"),
            ("GITHUB_SERVER_URL", "https://github.com"),
            ("GITHUB_REPOSITORY", "owner/name"),
            ("GITHUB_RUN_ID", "12"),
            ("CI_MERGE_REQUEST_DIFF_BASE_SHA", "abc"),
        ]);
        assert_eq!(github.base.as_deref(), Some("origin/release/1"));
        let whole = "https://github.com/owner/name/actions/runs/12";
        assert_eq!(github.whole.as_deref(), Some(whole));
        let gitlab = of(&[("GITLAB_CI", "true"), ("CI_MERGE_REQUEST_DIFF_BASE_SHA", "abc")]);
        assert_eq!((gitlab.base.as_deref(), gitlab.is_github), (Some("abc"), false));
    }

    #[test]
    fn a_push_has_none() {
        // Set and empty, as GitHub leaves it.
        assert_eq!(of(&[("GITHUB_ACTIONS", "true"), ("GITHUB_BASE_REF", "")]).base, None);
        assert_eq!(of(&[("GITHUB_BASE_REF", "main")]), CiEnvironment::default());
    }
}

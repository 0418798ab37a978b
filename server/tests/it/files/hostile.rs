//! Folders and files that somebody made to do harm.

use std::fmt::Write as _;

use super::*;

const SECRET: &str = "%PDF- the secret outside of the folder";

#[cfg(unix)]
#[tokio::test]
async fn im_3_nothing_outside_of_the_folder_comes_along() {
    for shelf in Shelf::both().await {
        let outside = shelf.folder.path().join("outside");
        std::fs::create_dir_all(&outside).unwrap();
        std::fs::write(outside.join("secret.pdf"), SECRET).unwrap();
        std::fs::write(outside.join("secret.png"), png(1, 1, SECRET)).unwrap();
        let dir = shelf.write(
            "files",
            &[("a/own.txt", b"own"), (".hidden/h.png", &png(1, 1, "hidden"))],
        );
        let link = |from: &str, to: &Path| std::os::unix::fs::symlink(to, dir.join(from)).unwrap();
        link("file.pdf", &outside.join("secret.pdf"));
        link("folder", &outside);
        link("device.png", Path::new("/dev/zero"));
        let fifo = dir.join("pipe.png");
        assert!(
            std::process::Command::new("mkfifo")
                .arg(&fifo)
                .status()
                .unwrap()
                .success()
        );
        let _socket = std::os::unix::net::UnixListener::bind(dir.join("socket.png")).unwrap();
        let absolute = outside.join("secret.png");
        let targets = [
            "file.pdf",
            "folder/secret.pdf",
            "folder/secret.png",
            "device.png",
            "pipe.png",
            "socket.png",
            "../outside/secret.png",
            "a/../../outside/secret.png",
            "%2e%2e/outside/secret.png",
            "..%2foutside%2fsecret.png",
            "..\\outside\\secret.png",
            "/../outside/secret.png",
            ".hidden/h.png",
            "a/own.txt/../../../outside/secret.png",
            "file:///dev/zero",
            absolute.to_str().unwrap(),
        ];
        let mut text = String::from("# A\n");
        for target in targets {
            write!(text, "\n![picture](<{target}>) [link](<{target}>) ![[{target}]]\n").unwrap();
        }
        let report = import_with(&shelf, &[("a.md", text.as_bytes())], FileSettings::default()).await;
        assert_eq!(report.added, 1, "{report:?}");
        assert_eq!(shelf.database.number("SELECT count(*) FROM file").await, 0);
        assert!(!html(&shelf, 1).await.contains("/files/"));
    }
}

#[tokio::test]
async fn im_3_files_that_are_too_large_are_left_out_unread() {
    let shelf = Shelf::sqlite().await;
    let dir = shelf.write(
        "files",
        &[(
            "a.md",
            b"![a](sparse.png) [b](sparse.png) ![c](huge.png) ![d](grown.png)",
        )],
    );
    // Nothing on the disk; reading it would take seconds.
    std::fs::File::create(dir.join("sparse.png"))
        .unwrap()
        .set_len(1 << 40)
        .unwrap();
    std::fs::write(dir.join("huge.png"), png(60_000, 60_000, "bomb")).unwrap();
    std::fs::write(dir.join("grown.png"), png(u32::MAX, u32::MAX, "bomb")).unwrap();
    let report = shelf.run(shelf::options(dir)).await;
    assert_eq!(
        warnings(&report),
        [
            "picture a.md:1: shows the picture `sparse.png`, which has 1099511627776 bytes, more than the 20971520 that are allowed (`files.max_size`)",
            "file a.md:1: links to the file `sparse.png`, which has 1099511627776 bytes, more than the 20971520 that are allowed (`files.max_size`)",
            "picture a.md:1: shows the picture `huge.png`, which has 60000 × 60000 pixels, too many to be shown",
            "picture a.md:1: shows the picture `grown.png`, which has 4294967295 × 4294967295 pixels, too many to be shown",
        ]
    );
    assert!(!html(&shelf, 1).await.contains("<img"));
}

#[tokio::test]
async fn im_3_a_document_has_a_bounded_number_of_files() {
    let shelf = Shelf::sqlite().await;
    let mut text = String::new();
    let dir = shelf.write("files", &[]);
    for number in 0..510 {
        std::fs::write(dir.join(format!("{number}.txt")), format!("{number}")).unwrap();
        writeln!(text, "[x]({number}.txt)").unwrap();
    }
    std::fs::write(dir.join("a.md"), text).unwrap();
    let report = shelf.run(shelf::options(dir)).await;
    assert_eq!(report.warnings.len(), 10);
    assert!(
        warnings(&report)[0].contains("at most 500 files"),
        "{:?}",
        warnings(&report)
    );
    assert_eq!(shelf.database.number("SELECT count(*) FROM document_file").await, 500);
}

/// What `imagesize` and the list of types make of any bytes: no panic ends an import.
#[tokio::test]
async fn im_3_headers_that_are_cut_off_or_lie_are_read_without_harm() {
    let shelf = Shelf::sqlite().await;
    let dir = shelf.write("files", &[]);
    let heads: [&[u8]; 8] = [
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a\x01",
        b"\xff\xd8\xff\xe0\0\x02\xff\xc0\0\0",
        b"\xff\xd8\xff\xff\xff\xff\xff",
        b"RIFF\xff\xff\xff\xffWEBPVP8X\xff\xff\xff\xff",
        b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0",
        b"\0\0\0\x14ftypavif\0\0\0\0avif\0\0\0\0meta\0\0\0\0",
        b"\xff\xff\xff\xffftypavif\0\0\0\0avif\xff\xff\xff\xffmeta",
    ];
    let mut text = String::new();
    for (number, head) in heads.iter().enumerate() {
        std::fs::write(dir.join(format!("{number}.png")), head).unwrap();
        writeln!(text, "![x]({number}.png)").unwrap();
    }
    std::fs::write(dir.join("a.md"), text).unwrap();
    let report = shelf.run(shelf::options(dir)).await;
    assert_eq!((report.added, report.problems.len()), (1, 0), "{report:?}");
    assert_eq!(html(&shelf, 1).await.matches("/files/").count(), 8);
}

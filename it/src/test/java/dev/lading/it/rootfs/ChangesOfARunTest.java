package dev.lading.it.rootfs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lading.build.ImageBuilder;
import dev.lading.emulation.BackEnd;
import dev.lading.emulation.HostExecution;
import dev.lading.emulation.Launcher;
import dev.lading.emulation.RunResult;
import dev.lading.it.peers.BusyboxRoot;
import dev.lading.it.peers.Command;
import dev.lading.it.peers.Peers;
import dev.lading.layer.LayerRecipe;
import dev.lading.layer.TreeDifference;
import dev.lading.oci.Platform;
import dev.lading.oci.layout.OciLayout;
import dev.lading.oci.rootfs.RootFileSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an emulated program changed becomes a layer, which is compared with what umoci records of the same program. */
class ChangesOfARunTest {
    private static final String PROGRAM =
            "set -e; cd /etc; echo new >new; rm group; echo more >>passwd; mv passwd moved;"
                    + " ln moved again; ln -s again soft; rm -r /home; mkdir /home; echo b >/home/b; chmod 1777 /home;"
                    + " mkdir -p /var/lib/x; mkfifo /var/lib/x/pipe; rm /tmp/gone; touch /bin/su; chmod 4755 /bin/su;"
                    + " mv /opt/a /opt/b; chmod 700 /opt/kept; rm -r /srv; echo file >/srv";

    @TempDir
    Path temp;

    @Test
    void the_changes_of_a_run_are_the_layer_that_umoci_records() throws IOException {
        Peers.requireRoot();
        String umoci = Peers.require("umoci").toString();
        Peers.require("qemu-aarch64-static");
        Path tree = BusyboxRoot.make(temp.resolve("tree"), "arm64");
        for (String file : new String[] {"tmp/gone", "opt/a/x", "opt/kept", "srv/old/y"}) {
            Command.run("install", "-D", "/dev/null", tree.resolve(file).toString())
                    .succeeded();
        }
        Path place = temp.resolve("layout");
        try (OciLayout layout = OciLayout.open(place)) {
            ImageBuilder.fromNothing()
                    .platforms(Platform.LINUX_ARM64)
                    .layer(LayerRecipe.folder(tree).into("/"))
                    .config(c -> c.entrypoint("/bin/sh"))
                    .build(layout, "base");
            Path bundle = temp.resolve("bundle");
            Command.run(umoci, "unpack", "--image", place + ":base", bundle.toString())
                    .succeeded();
            Launcher launcher = Launcher.on(HostExecution.detect())
                    .root(bundle.resolve("rootfs"))
                    .platform(Platform.LINUX_ARM64)
                    .backEnd(BackEnd.NAMESPACES);

            RunResult aside = launcher.changes(temp.resolve("changes")).run("sh", "-c", PROGRAM);
            assertThat(aside.exitCode()).as(aside.stderr()).isZero();
            ImageBuilder.from(layout.resolve("base"))
                    .platforms(Platform.LINUX_ARM64)
                    .layer(TreeDifference.ofOverlay(aside.changes().orElseThrow()))
                    .build(layout, "ours");
            RunResult inPlace = launcher.run("sh", "-c", PROGRAM);
            assertThat(inPlace.exitCode()).as(inPlace.stderr()).isZero();
            Command.run(umoci, "repack", "--image", place + ":theirs", bundle.toString())
                    .succeeded();

            assertThat(unpacked(layout, "ours"))
                    .isEqualTo(unpacked(layout, "theirs"))
                    .isNotEmpty();
        }
    }

    /** The facts of the whole tree; moments of this test count as one. */
    private static Map<String, String> unpacked(OciLayout layout, String name) {
        Map<String, String> facts = new TreeMap<>(
                TreeFacts.of(RootFileSystem.of(layout.resolve(name).onlyImage()).tree()));
        facts.replaceAll((file, said) -> said.replaceAll(" 1[0-9]{9}\\b", " now"));
        return facts;
    }
}

package dev.lading.layer;

import dev.lading.oci.InvalidInputException;
import dev.lading.tar.TarEntry;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * What a program in a file may do although its user may not: Linux's file capabilities (capabilities(7), «File
 * capabilities»), in the form of the extended attribute {@code security.capability}. Immutable.
 */
public final class FileCapabilities {
    static final String ATTRIBUTE = "security.capability";

    // The kernel's include/uapi/linux/capability.h: vfs_cap_data, and its names in the order of their bits.
    private static final int REVISION_2 = 0x02000000;
    private static final int REVISION_3 = 0x03000000;
    private static final int EFFECTIVE = 1;
    private static final int REVISION_2_BYTES = 20;
    private static final List<String> NAMES = List.of(
            "chown",
            "dac_override",
            "dac_read_search",
            "fowner",
            "fsetid",
            "kill",
            "setgid",
            "setuid",
            "setpcap",
            "linux_immutable",
            "net_bind_service",
            "net_broadcast",
            "net_admin",
            "net_raw",
            "ipc_lock",
            "ipc_owner",
            "sys_module",
            "sys_rawio",
            "sys_chroot",
            "sys_ptrace",
            "sys_pacct",
            "sys_admin",
            "sys_boot",
            "sys_nice",
            "sys_resource",
            "sys_time",
            "sys_tty_config",
            "mknod",
            "lease",
            "audit_write",
            "audit_control",
            "setfcap",
            "mac_override",
            "mac_admin",
            "syslog",
            "wake_alarm",
            "block_suspend",
            "audit_read",
            "perfmon",
            "bpf",
            "checkpoint_restore");

    private final long permitted;
    private final long inheritable;
    private final boolean effective;
    private final OptionalLong rootId;

    private FileCapabilities(long permitted, long inheritable, boolean effective, OptionalLong rootId) {
        this.permitted = permitted;
        this.inheritable = inheritable;
        this.effective = effective;
        this.rootId = rootId;
    }

    /**
     * Capabilities that the program has from its start: permitted and effective, as {@code setcap NAME+ep} gives them.
     *
     * @param names such as {@code net_bind_service}, with or without {@code cap_} before
     * @return the capabilities
     * @throws InvalidInputException if a name is not known
     */
    public static FileCapabilities of(String... names) {
        return new FileCapabilities(bits(names), 0, true, OptionalLong.empty());
    }

    /**
     * Returns these capabilities with others that the program may inherit.
     *
     * @param names such as {@code net_bind_service}
     * @return the new capabilities
     * @throws InvalidInputException if a name is not known
     */
    public FileCapabilities inheritable(String... names) {
        return new FileCapabilities(permitted, bits(names), effective, rootId);
    }

    /**
     * Returns these capabilities as ones that the program has to raise itself: permitted, not effective.
     *
     * @return the new capabilities
     */
    public FileCapabilities notEffective() {
        return new FileCapabilities(permitted, inheritable, false, rootId);
    }

    /**
     * Returns these capabilities as valid only in user namespaces whose root is a given user outside (revision 3).
     *
     * @param userId from 0 to 2^32-2
     * @return the new capabilities
     * @throws InvalidInputException if the id is out of range
     */
    public FileCapabilities forRoot(long userId) {
        if (userId < 0 || userId > TarEntry.MAX_ID) {
            throw new InvalidInputException("ids are from 0 to " + TarEntry.MAX_ID + ", not " + userId);
        }
        return new FileCapabilities(permitted, inheritable, effective, OptionalLong.of(userId));
    }

    private static long bits(String... names) {
        long bits = 0;
        for (String name : names) {
            String lower = name.toLowerCase(Locale.ROOT);
            int bit = NAMES.indexOf(lower.startsWith("cap_") ? lower.substring(4) : lower);
            if (bit < 0) {
                throw new InvalidInputException(
                        "«" + name + "» is no capability of Linux; one is called net_bind_service");
            }
            bits |= 1L << bit;
        }
        return bits;
    }

    /**
     * Returns the attribute's value.
     *
     * @return 20 bytes, or 24 where a root is named
     */
    public byte[] value() {
        ByteBuffer value = ByteBuffer.allocate(REVISION_2_BYTES + (rootId.isPresent() ? Integer.BYTES : 0))
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt((rootId.isPresent() ? REVISION_3 : REVISION_2) | (effective ? EFFECTIVE : 0))
                .putInt((int) permitted)
                .putInt((int) inheritable)
                .putInt((int) (permitted >>> 32))
                .putInt((int) (inheritable >>> 32));
        rootId.ifPresent(id -> value.putInt((int) id));
        return value.array();
    }
}

package dev.lading.it;

import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a user of a module can see, as text: types of exported packages, and their public and protected members.
 *
 * <p>Sorted by name, so that a change of the API is a line of the diff and nothing else is. Left out: what every
 * record and every enum has by itself, and overridden methods of {@link Object}.
 */
final class ApiText {
    private static final Set<String> OF_OBJECT = Set.of("equals", "hashCode", "toString");

    private ApiText() {}

    /** {@return the lines of one package} */
    static List<String> of(String packageName, Stream<Class<?>> types) {
        List<String> lines = new ArrayList<>();
        lines.add("package " + packageName);
        types.filter(ApiText::isVisible)
                .sorted((a, b) -> a.getName().compareTo(b.getName()))
                .forEach(type -> {
                    lines.add("");
                    lines.add(header(type));
                    members(type).forEach(line -> lines.add("    " + line));
                });
        lines.add("");
        return lines;
    }

    private static boolean isVisible(Class<?> type) {
        int modifiers = type.getModifiers();
        return (Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers))
                && !type.isSynthetic()
                && !type.isAnonymousClass()
                && (type.getEnclosingClass() == null || isVisible(type.getEnclosingClass()));
    }

    private static String header(Class<?> type) {
        StringBuilder header = new StringBuilder(access(type.getModifiers()));
        if (type.isMemberClass()
                && Modifier.isStatic(type.getModifiers())
                && !type.isInterface()
                && !type.isEnum()
                && !type.isRecord()) {
            header.append("static ");
        }
        if (type.isSealed()) {
            header.append("sealed ");
        } else if (Modifier.isFinal(type.getModifiers()) && !type.isRecord() && !type.isEnum()) {
            header.append("final ");
        }
        if (Modifier.isAbstract(type.getModifiers()) && !type.isInterface() && !type.isEnum()) {
            header.append("abstract ");
        }
        header.append(kind(type))
                .append(' ')
                .append(shortened(type.getName()))
                .append(parameters(type.getTypeParameters()));
        if (type.isRecord()) {
            header.append(Stream.of(type.getRecordComponents())
                    .map(component -> annotated(component.getAnnotatedType()) + " " + component.getName())
                    .collect(Collectors.joining(", ", "(", ")")));
        }
        Type above = type.getGenericSuperclass();
        if (above != null && above != Object.class && !type.isRecord() && !type.isEnum()) {
            header.append(" extends ").append(name(above));
        }
        if (type.getGenericInterfaces().length > 0) {
            header.append(type.isInterface() ? " extends " : " implements ").append(names(type.getGenericInterfaces()));
        }
        if (type.isSealed()) {
            header.append(Stream.of(type.getPermittedSubclasses())
                    .filter(ApiText::isVisible)
                    .map(ApiText::name)
                    .sorted()
                    .collect(Collectors.joining(", ", " permits ", "")));
        }
        return header.toString();
    }

    private static String kind(Class<?> type) {
        if (type.isAnnotation()) {
            return "@interface";
        }
        if (type.isInterface()) {
            return "interface";
        }
        if (type.isEnum()) {
            return "enum";
        }
        return type.isRecord() ? "record" : "class";
    }

    private static List<String> members(Class<?> type) {
        List<String> lines = new ArrayList<>();
        if (type.isEnum()) {
            lines.add(Stream.of(type.getEnumConstants())
                    .map(constant -> ((Enum<?>) constant).name())
                    .collect(Collectors.joining(", ")));
        }
        Set<String> sorted = new TreeSet<>();
        for (Field field : type.getDeclaredFields()) {
            if (isShown(field, type) && !field.isEnumConstant()) {
                sorted.add(access(field.getModifiers()) + modifiers(field) + annotated(field.getAnnotatedType()) + " "
                        + field.getName());
            }
        }
        for (Constructor<?> constructor : type.getDeclaredConstructors()) {
            if (isShown(constructor, type) && !isCanonical(constructor, type)) {
                sorted.add(access(constructor.getModifiers())
                        + parameters(constructor.getTypeParameters())
                        + type.getSimpleName()
                        + signature(constructor));
            }
        }
        for (Method method : type.getDeclaredMethods()) {
            if (isShown(method, type) && !isGiven(method, type)) {
                String typeParameters = parameters(method.getTypeParameters());
                sorted.add(access(method.getModifiers()) + modifiers(method) + typeParameters
                        + (typeParameters.isEmpty() ? "" : " ") + annotated(method.getAnnotatedReturnType()) + " "
                        + method.getName() + signature(method));
            }
        }
        lines.addAll(sorted);
        return lines;
    }

    private static boolean isShown(Member member, Class<?> type) {
        int modifiers = member.getModifiers();
        boolean inherited = Modifier.isProtected(modifiers) && !Modifier.isFinal(type.getModifiers());
        boolean bridge = member instanceof Method method && method.isBridge();
        return !member.isSynthetic() && !bridge && (Modifier.isPublic(modifiers) || inherited);
    }

    /** What the language gives by itself. */
    private static boolean isGiven(Method method, Class<?> type) {
        if (OF_OBJECT.contains(method.getName()) && !Modifier.isStatic(method.getModifiers())) {
            return true;
        }
        if (type.isEnum()) {
            return method.getName().equals("values") || method.getName().equals("valueOf");
        }
        return type.isRecord()
                && method.getParameterCount() == 0
                && Stream.of(type.getRecordComponents())
                        .anyMatch(component -> component.getName().equals(method.getName()));
    }

    private static boolean isCanonical(Constructor<?> constructor, Class<?> type) {
        return type.isRecord()
                && Arrays.equals(
                        constructor.getParameterTypes(),
                        Stream.of(type.getRecordComponents())
                                .map(RecordComponent::getType)
                                .toArray(Class<?>[]::new));
    }

    private static String access(int modifiers) {
        return Modifier.isProtected(modifiers) ? "protected " : "";
    }

    private static String modifiers(Member member) {
        int modifiers = member.getModifiers();
        if (Modifier.isStatic(modifiers)) {
            return "static ";
        }
        boolean ofInterface = member.getDeclaringClass().isInterface();
        if (member instanceof Method method && method.isDefault()) {
            return "default ";
        }
        return Modifier.isAbstract(modifiers) && !ofInterface ? "abstract " : "";
    }

    private static String signature(Executable executable) {
        StringBuilder text = new StringBuilder("(");
        Parameter[] parameters = executable.getParameters();
        for (int i = 0; i < parameters.length; i++) {
            String type = annotated(parameters[i].getAnnotatedType());
            boolean variable = executable.isVarArgs() && i == parameters.length - 1;
            text.append(i == 0 ? "" : ", ").append(variable ? type.replaceFirst("\\[]$", "...") : type);
        }
        text.append(')');
        if (executable.getGenericExceptionTypes().length > 0) {
            text.append(" throws ").append(names(executable.getGenericExceptionTypes()));
        }
        return text.toString();
    }

    private static String parameters(TypeVariable<?>[] variables) {
        return variables.length == 0
                ? ""
                : Stream.of(variables)
                        .map(variable -> variable.getName()
                                + (variable.getBounds()[0] == Object.class ? "" : " extends " + bounds(variable)))
                        .collect(Collectors.joining(", ", "<", ">"));
    }

    private static String bounds(TypeVariable<?> variable) {
        return Stream.of(variable.getBounds()).map(ApiText::name).collect(Collectors.joining(" & "));
    }

    private static String annotated(AnnotatedType type) {
        return (type.isAnnotationPresent(Nullable.class) ? "@Nullable " : "") + name(type.getType());
    }

    private static String names(Type[] types) {
        return Stream.of(types).map(ApiText::name).collect(Collectors.joining(", "));
    }

    private static String name(Type type) {
        return shortened(type.getTypeName());
    }

    /** Without the packages that no reader misses. */
    private static String shortened(String typeName) {
        return typeName.replaceAll(
                "\\b(java\\.lang|java\\.util|java\\.util\\.function|java\\.io|java\\.time|java\\.nio\\.file)\\.(?=[A-Z])",
                "");
    }
}
